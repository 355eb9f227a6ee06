/** Task definition revisions as ECS counts them: one more for each new content of a family. */

export interface RevisionBook {
  /** @returns the revision of this content: the known one, or the next of the family */
  of(family: string, digest: string): number;
  /** The next revision of a family, for a registration through the API. */
  next(family: string): number;
  saved(): readonly SavedFamily[];
}

/** A family as it outlives a plane that is killed: numbers that were given once stay given. */
export interface SavedFamily {
  readonly family: string;
  readonly last: number;
  /** Revision by content digest. */
  readonly known: Readonly<Record<string, number>>;
}

/** @param onChange a revision was given that was not known before */
export function createRevisionBook(
  saved: readonly SavedFamily[] = [],
  onChange: () => void = () => undefined,
): RevisionBook {
  const families = new Map(
    saved.map(({ family, last, known }) => [family, { last, known: new Map(Object.entries(known)) }]),
  );
  const family = (name: string): { last: number; known: Map<string, number> } => {
    const found = families.get(name) ?? { last: 0, known: new Map<string, number>() };
    families.set(name, found);
    return found;
  };
  const next = (name: string): number => {
    const f = family(name);
    f.last += 1;
    onChange();
    return f.last;
  };
  return {
    next,
    of(name, digest) {
      const { known } = family(name);
      const revision = known.get(digest) ?? next(name);
      known.set(digest, revision);
      return revision;
    },
    saved: () =>
      [...families].map(([name, { last, known }]) => ({ family: name, last, known: Object.fromEntries(known) })),
  };
}
