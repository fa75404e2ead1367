// A question before what cannot be undone.
import { useRef, useState, type ReactNode } from 'react'
import type { Failure } from '../failure'
import { Refusal } from './page'

type ConfirmProps = {
  /** What it is about, such as Delete The Dare?, said first and to those who do not see the dialog. */
  question: string
  /** What the button says that opens the dialog, and to a screen reader if that needs more words. */
  label: string
  fullLabel?: string
  /** Does it, and returns why it could not. */
  onConfirm: () => Promise<Failure | undefined>
  isBusy: boolean
  children?: ReactNode
}

/** A button that deletes something after a question. */
export function ConfirmDelete({ question, label, fullLabel, onConfirm, isBusy, children }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [failure, setFailure] = useState<Failure>()
  const confirm = async () => {
    const failed = await onConfirm()
    setFailure(failed)
    if (!failed) dialog.current?.close()
  }
  return (
    <>
      <button type="button" className="danger" aria-label={fullLabel} onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} aria-label={question}>
        <p>
          <strong>{question}</strong> {children}
        </p>
        <Refusal failure={failure} />
        <p className="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Keep it
          </button>
          <button type="button" className="danger" aria-disabled={isBusy} onClick={() => void confirm()}>
            Delete it
          </button>
        </p>
      </dialog>
    </>
  )
}
