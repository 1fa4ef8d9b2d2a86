/** Why a spec is refused: `rule` names the rule, `where` the file and field, the message says what helps. */
export class SpecRefusal extends Error {
  override readonly name = 'SpecRefusal';
  readonly rule: string;
  readonly where: string;

  constructor(rule: string, where: string, what: string) {
    super(`${where}: ${what} [${rule}]`);
    this.rule = rule;
    this.where = where;
  }
}
