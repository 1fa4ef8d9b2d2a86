/** The small frames that a client says beside its requests: that it lives, what it was asked to say, that it goes. */
import { FRAME_HEADER_BYTES, FrameBodyBytes, FrameType } from '@anoadb/protocol';
import { writeClose, writePath, writePing, writePong } from '../frames.js';
import { readU32 } from '../little-endian.js';
import type { Outgoing } from '../outgoing.js';
import type { ClientSession } from './client-session.js';

export class ClientControl {
  readonly #outgoing: Outgoing;
  #pingToken = 0;

  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing;
  }

  /** Tells too which replies the server may forget: those below `floor`. */
  ping(session: ClientSession, floor: number): void {
    const token = this.#pingToken++ >>> 0;
    writePing(this.#outgoing.bytes, this.#reserve(session, FrameBodyBytes.PING), floor, token);
  }

  /** Answers the PING whose body begins at `body`. */
  pong(session: ClientSession, bytes: Uint8Array, body: number): void {
    const at = this.#reserve(session, FrameBodyBytes.PONG);
    writePong(this.#outgoing.bytes, at, readU32(bytes, body + 4));
  }

  /** Answers the PATH_CHALLENGE whose body begins at `body`. */
  pathResponse(session: ClientSession, bytes: Uint8Array, body: number): void {
    const at = this.#reserve(session, FrameBodyBytes.PATH_RESPONSE);
    writePath(this.#outgoing.bytes, at, FrameType.PATH_RESPONSE, bytes, body);
  }

  close(session: ClientSession, code: number): void {
    writeClose(this.#outgoing.bytes, this.#reserve(session, FrameBodyBytes.CLOSE), code);
  }

  #reserve(session: ClientSession, bodyBytes: number): number {
    return this.#outgoing.reserve(session, FRAME_HEADER_BYTES + bodyBytes);
  }
}
