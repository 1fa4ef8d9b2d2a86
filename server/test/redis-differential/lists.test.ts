import { differentialSuite } from './differential-suite.js';
import { lists } from './generators/lists.js';

differentialSuite('redis beside Redis: lists', { draw: lists, commands: 30_000 });
