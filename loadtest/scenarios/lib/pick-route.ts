/** Spreads iterations over the routes by weight, evenly: the order of the iterations decides, not chance. */
export function pickRoute<R extends { readonly weight: number }>(routes: readonly R[], iteration: number): R | null {
  const total = routes.reduce((sum, route) => sum + route.weight, 0);
  let at = iteration % total;
  for (const route of routes) {
    if (at < route.weight) return route;
    at -= route.weight;
  }
  return null;
}
