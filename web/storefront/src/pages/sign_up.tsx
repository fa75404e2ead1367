import { useEffect, useState, type ReactNode } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import { RegisterDocument, UsernameAvailableDocument } from '../graphql'
import { nextPage } from '../parts/account_gate'
import { useAnnounce } from '../parts/announce'
import { Field, Form, formErrors, noErrors, textOf, wholeOf } from '../parts/form'
import { Page } from '../parts/page'
import { useShopMutation, useShopQuery } from '../query'
import { useSession } from '../session'

const rule = '3 to 64 letters, digits, dots, dashes and underscores.'
const pause = 300

/** Looks up whether a name is free, a moment after the person stopped typing. */
function useUsernameHint(username: string): ReactNode {
  const [asked, setAsked] = useState('')
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(username), pause)
    return () => window.clearTimeout(timer)
  }, [username])
  const isWellFormed = /^[A-Za-z0-9._-]{3,64}$/.test(asked)
  const { data, failures, isUpdating, isLoading } = useShopQuery({
    query: UsernameAvailableDocument,
    variables: { username: asked },
    pause: !isWellFormed,
  })
  if (!username) return rule
  if (asked !== username || (isWellFormed && (isLoading || isUpdating))) return 'Checking…'
  if (!isWellFormed) return rule
  if (failures.length > 0) return 'We cannot check right now whether this name is free.'
  return data?.usernameAvailable ? <span className="good">{username} is free.</span> : <span className="bad">{username} is taken.</span>
}

const fields = ['username', 'password', 'name', 'age', 'email', 'address']

export function SignUp() {
  const session = useSession()
  const announce = useAnnounce()
  const search = useSearch()
  const [, navigate] = useLocation()
  const { run, isBusy } = useShopMutation(RegisterDocument)
  const [errors, setErrors] = useState(noErrors)
  const [username, setUsername] = useState('')
  const hint = useUsernameHint(username)

  const submit = async (values: FormData) => {
    const age = wholeOf(values, 'age')
    if (Number.isNaN(age)) {
      setErrors({ fields: { age: 'Age must be a whole number.' }, form: undefined })
      return
    }
    const done = await run({
      input: {
        username: username.trim(),
        password: String(values.get('password') ?? ''),
        name: textOf(values, 'name') ?? '',
        age: age ?? null,
        email: textOf(values, 'email') ?? null,
        address: textOf(values, 'address') ?? null,
      },
    })
    if (!done) return
    if (!done.data?.register) {
      setErrors(formErrors(done.failures, fields, { CONFLICT: 'username' }))
      return
    }
    navigate(nextPage(search))
    session.begin(done.data.register)
    announce(`Welcome, ${done.data.register.user.name}. You are signed in.`)
  }

  return (
    <Page title="Sign up">
      <Form label="Sign up" errors={errors} isBusy={isBusy} submit="Sign up" onSubmit={(values) => void submit(values)}>
        <Field
          label="Username"
          name="username"
          errors={errors}
          hint={hint}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value.trim())}
          autoComplete="username"
          autoCapitalize="none"
          required
        />
        <Field label="Password" name="password" errors={errors} hint="At least 8 characters." type="password" autoComplete="new-password" required />
        <Field label="Name" name="name" errors={errors} autoComplete="name" required />
        <Field label="Age" name="age" errors={errors} inputMode="numeric" />
        <Field label="Email" name="email" errors={errors} type="email" autoComplete="email" />
        <Field label="Address" name="address" errors={errors} autoComplete="street-address" />
      </Form>
      <p>
        Already a customer? <Link href={`/sign-in${search ? `?${search}` : ''}`}>Sign in</Link>
      </p>
    </Page>
  )
}
