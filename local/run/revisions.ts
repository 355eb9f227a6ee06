/** Task definition revisions as ECS counts them: one more for each new content of a family, kept while the plane lives. */

export interface RevisionBook {
  /** @returns the revision of this content: the known one, or the next of the family */
  of(family: string, digest: string): number;
  /** The next revision of a family, for a registration through the API. */
  next(family: string): number;
}

export function createRevisionBook(): RevisionBook {
  const families = new Map<string, { last: number; known: Map<string, number> }>();
  const family = (name: string): { last: number; known: Map<string, number> } => {
    const found = families.get(name) ?? { last: 0, known: new Map() };
    families.set(name, found);
    return found;
  };
  return {
    of(name, digest) {
      const f = family(name);
      const known = f.known.get(digest);
      if (known !== undefined) return known;
      f.last += 1;
      f.known.set(digest, f.last);
      return f.last;
    },
    next(name) {
      const f = family(name);
      f.last += 1;
      return f.last;
    },
  };
}
