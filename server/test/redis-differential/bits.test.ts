import { differentialSuite } from './differential-suite.js';
import { bits } from './generators/bits.js';

differentialSuite('redis: bits', { draw: bits, commands: 15_000 });
