// Forms: a label and an error for each field, the error beside the field that the service names, the focus on the first.
import { useEffect, useId, useRef, type FormEvent, type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes } from 'react'
import type { Failure } from '../failure'
import { Refusal } from './page'

/** Errors by the name of their field; other failures belong to the whole form. */
export type FormErrors = { fields: Record<string, string>; form: Failure | undefined }

export const noErrors: FormErrors = { fields: {}, form: undefined }

/**
 * Sorts failures into a form. codes names the field of a code that comes without one, such as the username of a CONFLICT.
 */
export function formErrors(failures: Failure[], names: readonly string[], codes: Record<string, string> = {}): FormErrors {
  const errors: FormErrors = { fields: {}, form: undefined }
  for (const failure of failures) {
    const field = failure.field ?? codes[failure.code]
    if (field !== undefined && names.includes(field)) errors.fields[field] ??= sentence(failure.message)
    else errors.form ??= failure
  }
  return errors
}

function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.!?]$/.test(text) ? text : `${text}.`
}

type FormProps = { errors: FormErrors; isBusy: boolean; submit: string; onSubmit: (values: FormData) => void; label: string; children: ReactNode }

export function Form({ errors, isBusy, submit, onSubmit, label, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [errors])
  const handle = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!isBusy) onSubmit(new FormData(event.currentTarget))
  }
  return (
    <form ref={form} className="form" noValidate aria-label={label} aria-busy={isBusy} onSubmit={handle}>
      {children}
      <Refusal failure={errors.form} />
      <button type="submit" className="primary" aria-disabled={isBusy}>
        {isBusy ? 'One moment…' : submit}
      </button>
    </form>
  )
}

type FieldProps = { label: string; name: string; errors: FormErrors; hint?: ReactNode }

/** The ids that tie a control to its hint and its error, and the two themselves. */
function useField({ name, errors, hint }: FieldProps) {
  const id = useId()
  const error = errors.fields[name]
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ')
  const control = { id, name, 'aria-invalid': error ? true : undefined, 'aria-describedby': described || undefined }
  const notes = (
    <>
      {hint && (
        <span className="hint" id={`${id}-hint`} aria-live="polite">
          {hint}
        </span>
      )}
      {error && (
        <span className="field-error" id={`${id}-error`}>
          {error}
        </span>
      )}
    </>
  )
  return { id, control, notes }
}

export function Field({ label, name, errors, hint, ...input }: FieldProps & InputHTMLAttributes<HTMLInputElement>) {
  const { id, control, notes } = useField({ label, name, errors, hint })
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {input.required && <span className="muted"> (required)</span>}
      </label>
      <input {...input} {...control} />
      {notes}
    </div>
  )
}

export function TextField({ label, name, errors, hint, ...area }: FieldProps & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const { id, control, notes } = useField({ label, name, errors, hint })
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea rows={4} {...area} {...control} />
      {notes}
    </div>
  )
}

/** A text of a form without spaces around it; undefined for an empty one. */
export function textOf(values: FormData, name: string): string | undefined {
  const text = String(values.get(name) ?? '').trim()
  return text === '' ? undefined : text
}

/** A whole number of a form; undefined for an empty field, NaN for what is none. */
export function wholeOf(values: FormData, name: string): number | undefined {
  const text = textOf(values, name)
  if (text === undefined) return undefined
  return /^-?\d{1,9}$/.test(text) ? Number(text) : NaN
}
