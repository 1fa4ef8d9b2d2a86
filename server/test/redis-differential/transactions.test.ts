import { differentialSuite } from './differential-suite.js';
import { transactions } from './generators/transactions.js';

differentialSuite('redis: transactions', { draw: transactions, commands: 15_000 });
