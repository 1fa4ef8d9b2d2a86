/**
 * What `stats` and /metrics tell, since the start or `stats reset`; the text and the binary protocol count alike.
 */

import { CommandStatistics } from '../../ops/command-statistics.js';
import { Outcome } from './memcached-items.js';
import { timedCommandNames } from './timed-commands.js';

export class MemcachedStatistics {
  /** How long commands took. */
  readonly commands = new CommandStatistics(timedCommandNames);
  gets = 0;
  sets = 0;
  flushes = 0;
  touches = 0;
  metas = 0;
  getHits = 0;
  getMisses = 0;
  deleteHits = 0;
  deleteMisses = 0;
  incrHits = 0;
  incrMisses = 0;
  decrHits = 0;
  decrMisses = 0;
  casHits = 0;
  casMisses = 0;
  casBadValues = 0;
  touchHits = 0;
  touchMisses = 0;
  tooLarge = 0;
  noMemory = 0;
  authentications = 0;
  authenticationErrors = 0;

  reset(): void {
    const { commands } = this;
    commands.reset();
    Object.assign(this, new MemcachedStatistics(), { commands });
  }

  countStore(isCas: boolean, outcome: Outcome): void {
    this.sets++;
    if (outcome === Outcome.NO_MEMORY) this.noMemory++;
    if (!isCas) return;
    if (outcome === Outcome.DONE) this.casHits++;
    else if (outcome === Outcome.NOT_FOUND) this.casMisses++;
    else if (outcome === Outcome.EXISTS) this.casBadValues++;
  }

  countGet(isHit: boolean): void {
    this.gets++;
    if (isHit) this.getHits++;
    else this.getMisses++;
  }

  countTouch(isHit: boolean): void {
    this.touches++;
    if (isHit) this.touchHits++;
    else this.touchMisses++;
  }

  countCount(isUp: boolean, isHit: boolean): void {
    if (isUp) {
      if (isHit) this.incrHits++;
      else this.incrMisses++;
    } else if (isHit) this.decrHits++;
    else this.decrMisses++;
  }

  countDelete(isHit: boolean): void {
    if (isHit) this.deleteHits++;
    else this.deleteMisses++;
  }
}
