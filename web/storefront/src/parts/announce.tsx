// One live region for what happens without a change of page: a screen reader says it, without losing the place.
import { createContext, useCallback, useContext, useState, type ReactNode } from 'react'

const Context = createContext<(text: string) => void>(() => undefined)

/** Says a sentence to those who do not see the page. */
export function useAnnounce(): (text: string) => void {
  return useContext(Context)
}

export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: '', count: 0 })
  const say = useCallback((text: string) => setSaid((before) => ({ text, count: before.count + 1 })), [])
  return (
    <Context.Provider value={say}>
      {children}
      <div className="unseen" aria-live="polite" role="status" data-announcement={said.count}>
        {/* The same sentence twice is said twice. */}
        {said.text}
        {said.count % 2 ? ' ' : ''}
      </div>
    </Context.Provider>
  )
}
