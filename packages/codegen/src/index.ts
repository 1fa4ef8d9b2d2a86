export { type CodegenOptions, runCodegen } from './codegen.js';
export type { Emitter, GeneratedFile } from './emitter.js';
export { type Breach, breaches } from './evolution.js';
export { buildModel, type Command, type SpecFiles, type SpecModel } from './spec-model.js';
export { SpecRefusal } from './spec-refusal.js';
