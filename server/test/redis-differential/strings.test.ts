import { differentialSuite } from './differential-suite.js';
import { strings } from './generators/strings.js';

differentialSuite('redis: strings', { draw: strings, commands: 25_000 });
