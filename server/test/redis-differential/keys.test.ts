import { differentialSuite } from './differential-suite.js';
import { keys } from './generators/keys.js';

differentialSuite('redis: keys', { draw: keys, commands: 20_000 });
