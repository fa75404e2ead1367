import { useEffect, useState } from 'react'
import { send } from './request'
import { sessionChanged } from './session'
import type { Settings, SignIn } from './settings'

/** The bar above GraphiQL: where the endpoint is, and in development a button for each configured person. */
export function SignInBar({ settings, ended }: { settings: Settings; ended: number }) {
  const [said, setSaid] = useState('')
  const [busy, setBusy] = useState(false)
  const canSignIn = settings.signIn.length > 0
  useEffect(() => {
    if (ended > 0 && canSignIn) setSaid('Your session is over: sign in again.')
  }, [ended, canSignIn])

  async function run(person: SignIn) {
    setBusy(true)
    setSaid(`${person.label}…`)
    setSaid(`${person.label}: ${await signIn(settings.endpoint, person)}`)
    sessionChanged()
    setBusy(false)
  }

  return (
    <header className="bar">
      <h1 className="bar-title">weft</h1>
      <code className="bar-endpoint">{settings.endpoint}</code>
      {canSignIn && (
        <div className="bar-people" role="group" aria-label="Sign in as">
          <span aria-hidden="true">Sign in as</span>
          {settings.signIn.map((person) => (
            <button key={person.label} type="button" disabled={busy} onClick={() => void run(person)}>
              {person.label}
            </button>
          ))}
        </div>
      )}
      <p className="bar-said" role="status">
        {said}
      </p>
    </header>
  )
}

/** Runs the operation and says in a word or a sentence how it went. */
async function signIn(endpoint: string, person: SignIn): Promise<string> {
  const request = { query: person.operation, variables: person.variables }
  try {
    let result = await send(endpoint, request)
    // The router refuses a cookie that is good for nothing, and clears it: the second time there is none.
    if (result.status === 401) result = await send(endpoint, request)
    return result.answer.errors?.[0]?.message ?? 'done'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
