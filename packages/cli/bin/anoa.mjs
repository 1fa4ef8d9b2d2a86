#!/usr/bin/env node
import module from 'node:module';
import { isBundleFresh } from './bundle-age.mjs';

// Arguments are for all users of a machine to see (ps); an access key among them is not, from here on.
if (process.argv.some((argument) => argument.includes('anoa1_'))) process.title = 'anoa';

// From Node 22 on: what was compiled once is not compiled again at every start.
module.enableCompileCache?.();

const { main } = await import(isBundleFresh() ? '../dist/anoa.js' : '../dist/main.js');
await main(process.argv.slice(2));
