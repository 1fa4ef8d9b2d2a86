#!/usr/bin/env node
import { runCodegen } from './codegen.js';

process.exitCode = await runCodegen(process.argv.slice(2));
