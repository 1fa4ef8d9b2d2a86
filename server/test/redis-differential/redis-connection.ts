/** A raw connection to a server that speaks RESP: commands out, replies in, nothing in between that could interpret. */

import { connect, type Socket } from 'node:net';
import { type Command, commandLine, encodeCommand } from './command.js';
import { type Reply, ReplyReader } from './reply.js';

const REPLY_WITHIN_MS = 5_000;

export class RedisConnection {
  readonly #socket: Socket;
  readonly #reader = new ReplyReader();
  readonly #replies: Reply[] = [];
  #isClosed = false;
  #onChange: () => void = () => {};

  static open(port: number): Promise<RedisConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RedisConnection(socket)));
    });
  }

  private constructor(socket: Socket) {
    this.#socket = socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      this.#reader.push(chunk);
      for (let reply = this.#reader.next(); reply !== undefined; reply = this.#reader.next())
        this.#replies.push(reply);
      this.#onChange();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isClosed = true;
      this.#onChange();
    });
  }

  /** Replies that came and were not taken. */
  get waiting(): number {
    return this.#replies.length;
  }

  send(commands: readonly Command[]): void {
    this.#socket.write(commands.map(encodeCommand).join(''), 'latin1');
  }

  /** The next `count` replies; fewer where no more come in time, or the connection is closed. */
  async take(count: number): Promise<Reply[]> {
    await this.#until(() => this.#replies.length >= count);
    return this.#replies.splice(0, count);
  }

  /** All of them in one pipeline. */
  exchange(commands: readonly Command[]): Promise<Reply[]> {
    this.send(commands);
    return this.take(commands.length);
  }

  async ask(...command: string[]): Promise<Reply> {
    const [reply] = await this.exchange([command]);
    if (reply === undefined)
      throw new Error(
        `${commandLine(command)}: no reply but ${JSON.stringify(this.#reader.rest.slice(0, 100))}`,
      );
    return reply;
  }

  close(): void {
    this.#socket.destroy();
  }

  #until(isDone: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(deadline);
        this.#onChange = () => {};
        resolve();
      };
      const deadline = setTimeout(settle, REPLY_WITHIN_MS);
      this.#onChange = () => {
        if (isDone() || this.#isClosed) settle();
      };
      this.#onChange();
    });
  }
}
