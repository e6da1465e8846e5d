// Starts, stops and restarts the built chat program.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const LISTENING = /^chat: listening on (http:\/\/\S+)$/;
const PATIENCE = 10_000; // ms

export class Server {
  /** Starts the program that `CHAT_BIN` names, on a free port. */
  static async start() {
    assert.ok(process.env.CHAT_BIN, 'CHAT_BIN names the built chat program (`cargo build -p chat`)');
    const server = new Server();
    await server.#run('127.0.0.1:0');
    return server;
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
    this.child = spawn(process.env.CHAT_BIN, ['--listen', address], { stdio: ['ignore', 'pipe', 'pipe'] });
    const lines = createInterface({ input: this.child.stdout });
    createInterface({ input: this.child.stderr }).on('line', (line) => {
      if (!/\bINFO\b/.test(line)) console.error(`chat: ${line}`); // warnings and panics are worth reading
    });
    const listening = new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        const match = LISTENING.exec(line);
        if (match) resolve(match[1]);
      });
      this.child.on('error', reject);
      this.child.on('exit', (code, signal) => reject(new Error(`chat ended before it listened: ${code ?? signal}`)));
    });
    this.url = await this.#inTime(listening, 'did not say where it listens');
  }

  /** A program that hangs must not hang the test. */
  #inTime(promise, complaint) {
    const { child } = this;
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`chat ${complaint} within ${PATIENCE / 1000} seconds`));
      }, PATIENCE);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }
}
