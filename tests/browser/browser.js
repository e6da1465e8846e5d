// Finds and starts Chromium.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

/** Starts a headless Chromium; that there is none is a failure, not a reason to skip. */
export function launch() {
  const args = process.getuid?.() === 0 ? [...QUIET, '--no-sandbox'] : QUIET; // Chromium has no sandbox for root
  return chromium.launch({ executablePath: find(), headless: true, args });
}

function find() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(executable);
  if (!found) throw new Error('No Chromium on PATH: install it (`apt-get install chromium`) or set CHROMIUM to its path.');
  return found;
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
