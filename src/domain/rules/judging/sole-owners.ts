/** The owner of each name that has only one. */
export class SoleOwners {
  private readonly owners = new Map<string, string | null>();

  add(name: string, owner: string): void {
    const known = this.owners.get(name);
    this.owners.set(name, known === undefined || known === owner ? owner : null);
  }

  /** Null if nobody, or more than one, has the name. */
  of(name: string | null): string | null {
    return name === null ? null : (this.owners.get(name) ?? null);
  }
}
