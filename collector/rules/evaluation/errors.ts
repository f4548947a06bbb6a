/** An evaluation that yields nothing, with the reason that the rule's health tells. */
export class RuleError extends Error {
  /** The rule produced more than its limit: Prometheus forgets its alerts then, and so do we. */
  readonly forgets: boolean;

  constructor(message: string, forgets = false) {
    super(message);
    this.name = 'RuleError';
    this.forgets = forgets;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
