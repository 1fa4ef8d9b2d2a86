/**
 * A session follows its peer to a new address once that has proven that it receives there.
 *
 * Only a sealed session: in open mode anyone who guesses a sid could call its replies to himself.
 */
import { FRAME_HEADER_BYTES, FrameBodyBytes, FrameType, Limits } from '@anoadb/protocol';
import { isLoopbackAddress, sourceKeyOf } from '../address.js';
import type { RandomBytes } from '../crypto.js';
import { writePath } from '../frames.js';
import type { Outgoing } from '../outgoing.js';
import type { Mode } from '../sealing.js';
import { CandidatePath } from './candidate-path.js';
import type { ServerSession } from './server-session.js';
import type { SessionTable } from './session-table.js';

const CHALLENGE_BYTES = FRAME_HEADER_BYTES + FrameBodyBytes.PATH_CHALLENGE;

export interface RoamingOptions {
  mode: Mode;
  outgoing: Outgoing;
  sessions: SessionTable;
  random: RandomBytes;
}

export class Roaming {
  readonly #mode: Mode;
  readonly #outgoing: Outgoing;
  readonly #sessions: SessionTable;
  readonly #random: RandomBytes;
  /** Sessions that have moved. */
  moves = 0;

  constructor({ mode, outgoing, sessions, random }: RoamingOptions) {
    this.#mode = mode;
    this.#outgoing = outgoing;
    this.#sessions = sessions;
    this.#random = random;
  }

  /** May a datagram of this session come from there? One with large datagrams stays on loopback, known to carry them. */
  mayComeFrom(session: ServerSession, from: Uint8Array, fromAt: number): boolean {
    if (this.#mode === 'open') return false;
    return session.maxDatagram <= Limits.datagramBytesMax || isLoopbackAddress(from, fromAt);
  }

  /** The newest genuine datagram of a session, `byteCount` bytes, came from elsewhere. */
  noteElsewhere(session: ServerSession, from: Uint8Array, fromAt: number, byteCount: number): void {
    if (session.candidate === null || !session.candidate.isAt(from, fromAt))
      session.candidate = new CandidatePath(from, fromAt, this.#random);
    session.candidate.received(byteCount);
  }

  /** After a datagram from there: asks the candidate, if it is the one and may be sent so many bytes. */
  challenge(session: ServerSession, from: Uint8Array, fromAt: number, nowMs: number): void {
    const { candidate } = session;
    if (candidate === null || !candidate.isAt(from, fromAt)) return;
    if (!candidate.takeChallenge(session.sealing.overheadBytes + CHALLENGE_BYTES, nowMs)) return;
    const at = this.#outgoing.reserveTo(session, CHALLENGE_BYTES, from, fromAt);
    writePath(this.#outgoing.bytes, at, FrameType.PATH_CHALLENGE, candidate.challenge, 0);
  }

  /** PATH_RESPONSE with its 8 bytes at `bytes[at]`: from now on everything goes where it came from. */
  handleResponse(
    session: ServerSession,
    bytes: Uint8Array,
    at: number,
    from: Uint8Array,
    fromAt: number,
  ): void {
    const { candidate } = session;
    if (candidate === null || !candidate.isAt(from, fromAt) || !candidate.isAnswer(bytes, at)) return;
    session.candidate = null;
    // The datagram that is being filled still has the old address.
    session.openRound = -1;
    this.#sessions.move(session, candidate.address, sourceKeyOf(candidate.address, 0));
    this.moves++;
  }
}
