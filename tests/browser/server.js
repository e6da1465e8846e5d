// Starts, stops and restarts one of the built examples.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const LISTENING = /^\S+: listening on (http:\/\/\S+)$/;
const PATIENCE = 10_000; // ms

export class Server {
  /** Starts an example by its name, on a free port. `EXAMPLES` names the folder with the built programs. */
  static async start(name, options = []) {
    assert.ok(process.env.EXAMPLES, 'EXAMPLES names the folder with the built examples, like target/debug');
    const server = new Server(name, options);
    await server.#run('127.0.0.1:0');
    return server;
  }

  constructor(name, options) {
    this.name = name;
    this.options = options;
  }

  /** Starts it anew on the port it had. */
  startAgain() {
    return this.#run(new URL(this.url).host);
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await this.#inTime(gone, 'did not end after SIGTERM');
  }

  async #run(address) {
    this.child = spawn(join(process.env.EXAMPLES, this.name), ['--listen', address, ...this.options], { stdio: ['ignore', 'pipe', 'pipe'] });
    const lines = createInterface({ input: this.child.stdout });
    createInterface({ input: this.child.stderr }).on('line', (line) => {
      if (!/\bINFO\b/.test(line)) console.error(`${this.name}: ${line}`); // warnings and panics are worth reading
    });
    const listening = new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        const match = LISTENING.exec(line);
        if (match) resolve(match[1]);
      });
      this.child.on('error', reject);
      this.child.on('exit', (code, signal) => reject(new Error(`${this.name} ended before it listened: ${code ?? signal}`)));
    });
    this.url = await this.#inTime(listening, 'did not say where it listens');
  }

  /** A program that hangs must not hang the test. */
  #inTime(promise, complaint) {
    const { child, name } = this;
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`${name} ${complaint} within ${PATIENCE / 1000} seconds`));
      }, PATIENCE);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }
}
