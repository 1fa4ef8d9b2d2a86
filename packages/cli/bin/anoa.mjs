#!/usr/bin/env node
import module from 'node:module';
import { isBundleFresh } from './bundle-age.mjs';

// From Node 22 on: what was compiled once is not compiled again at every start.
module.enableCompileCache?.();

const { main } = await import(isBundleFresh() ? '../dist/anoa.js' : '../dist/main.js');
await main(process.argv.slice(2));
