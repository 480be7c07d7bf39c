/** Whom each name stands for, where it stands for one only. */
export class SoleOwners {
  private readonly owners = new Map<string, string | null>();

  add(name: string, owner: string): void {
    const known = this.owners.get(name);
    this.owners.set(name, known === undefined || known === owner ? owner : null);
  }

  /** Null where nobody has the name, or several have it. */
  of(name: string | null): string | null {
    return name === null ? null : (this.owners.get(name) ?? null);
  }
}
