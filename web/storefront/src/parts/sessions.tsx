// Where a person is signed in, and ending it: one session, all others, all.
import { useState } from 'react'
import { useLocation } from 'wouter'
import { explain, type Failure } from '../failure'
import { EndSessionDocument, type AccountQuery } from '../graphql'
import { formatTime } from '../money'
import { useShopMutation } from '../query'
import { useSession } from '../session'
import { useAnnounce } from './announce'
import { Refusal } from './page'

type Sessions = NonNullable<AccountQuery['me']>['sessions']
type OneSession = NonNullable<Sessions>[number]

export function SessionList({ sessions, failure }: { sessions: Sessions; failure: Failure | undefined }) {
  const session = useSession()
  const announce = useAnnounce()
  const [, navigate] = useLocation()
  const { run, isBusy } = useShopMutation(EndSessionDocument)
  const [problem, setProblem] = useState<Failure>()
  const others = (sessions ?? []).filter(({ current }) => !current)
  const endThese = async (these: OneSession[], said: string) => {
    setProblem(undefined)
    for (const { id } of these) {
      const done = await run({ id })
      if (!done) return
      // false: it had ended before.
      if (typeof done.data?.endSession !== 'boolean') {
        setProblem(done.failures[0])
        return
      }
    }
    announce(said)
  }
  const endAll = async () => {
    const failed = await session.end(true)
    setProblem(failed)
    if (failed) return
    navigate('/')
    announce('You are signed out everywhere.')
  }
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      {failure && <p>{explain(failure)}</p>}
      <ul className="lines" aria-label="Sessions">
        {(sessions ?? []).map((one) => (
          <li key={one.id} className="line" data-session={one.current ? 'here' : 'elsewhere'}>
            <span className="line-name">
              <strong>{deviceOf(one.userAgent)}</strong> {one.current && <span className="badge good">here</span>}
              <span className="muted small">
                since {formatTime(one.createdAt)}, last seen {formatTime(one.lastSeenAt)}
              </span>
            </span>
            {!one.current && (
              <button
                type="button"
                aria-label={`Sign out there: ${deviceOf(one.userAgent)}, since ${formatTime(one.createdAt)}`}
                aria-disabled={isBusy}
                onClick={() => void endThese([one], `${deviceOf(one.userAgent)} is signed out.`)}
              >
                Sign out there
              </button>
            )}
          </li>
        ))}
      </ul>
      <Refusal failure={problem} />
      <p className="actions">
        {others.length > 0 && (
          <button type="button" aria-disabled={isBusy} onClick={() => void endThese(others, 'You are signed out everywhere else.')}>
            Sign out everywhere else
          </button>
        )}
        <button type="button" onClick={() => void endAll()}>
          Sign out everywhere
        </button>
      </p>
    </section>
  )
}

// The first that fits is it: browsers name those that they descend from, too.
const browsers: [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** What a person would call the device that a User-Agent names, such as Firefox on Linux. */
function deviceOf(userAgent: string | null): string {
  const nameIn = (table: [RegExp, string][]) => table.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1]
  const browser = nameIn(browsers)
  const system = nameIn(systems)
  if (!browser && !system) return userAgent ? 'Another program' : 'An unknown device'
  return `${browser ?? 'A browser'}${system ? ` on ${system}` : ''}`
}
