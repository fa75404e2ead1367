/** An operation that the router's configuration names. */
export interface ConfiguredOperation {
  operation: string
  variables?: Record<string, unknown>
}

/** A button that runs an operation, so that the router sets the cookie of a session. */
export interface SignIn extends ConfiguredOperation {
  label: string
}

/** What the router tells the page about itself. */
export interface Settings {
  /** The path of the GraphQL endpoint. */
  endpoint: string
  /** Set where the router shows plans and timings, and lets the page sign people in. */
  development: boolean
  /** Set where the router answers introspection. */
  introspection: boolean
  tabs: ConfiguredOperation[]
  signIn: SignIn[]
}

/** Asks the router for its settings. */
export async function loadSettings(): Promise<Settings> {
  const response = await fetch('./playground/settings.json', { credentials: 'omit' })
  if (!response.ok) throw new Error(`the router answers ${response.status} to ${response.url}`)
  return (await response.json()) as Settings
}
