/** How many colours plan.css has for subgraphs: --subgraph-0 and on. */
const colours = 8

/** Gives each subgraph of a plan a colour, by the order of the fetches, so that tree and waterfall agree. */
export function coloursOf(fetches: readonly { subgraph: string }[]): Map<string, string> {
  const byName = new Map<string, string>()
  for (const { subgraph } of fetches) {
    if (!byName.has(subgraph)) byName.set(subgraph, `var(--subgraph-${byName.size % colours})`)
  }
  return byName
}
