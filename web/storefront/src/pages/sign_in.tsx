import { useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import type { Failure } from '../failure'
import { LoginDocument } from '../graphql'
import { nextPage } from '../parts/account_gate'
import { useAnnounce } from '../parts/announce'
import { Field, Form, formErrors, noErrors, textOf } from '../parts/form'
import { Page } from '../parts/page'
import { useShopMutation } from '../query'
import { useSession } from '../session'

/** A refused login says what is wrong in its own words; "not signed in any more" would not help. */
function asAnswer(failure: Failure): Failure {
  return failure.kind === 'signIn' ? { ...failure, kind: 'refused' } : failure
}

export function SignIn() {
  const session = useSession()
  const announce = useAnnounce()
  const search = useSearch()
  const [, navigate] = useLocation()
  const { run, isBusy } = useShopMutation(LoginDocument)
  const [errors, setErrors] = useState(noErrors)

  const submit = async (values: FormData) => {
    const username = textOf(values, 'username')
    const password = String(values.get('password') ?? '')
    if (!username || !password) {
      const fields = { ...(!username && { username: 'Please enter your username.' }), ...(!password && { password: 'Please enter your password.' }) }
      setErrors({ fields, form: undefined })
      return
    }
    const done = await run({ input: { username, password } })
    if (!done) return
    if (!done.data?.login) {
      setErrors(formErrors(done.failures.map(asAnswer), ['username', 'password']))
      return
    }
    navigate(nextPage(search))
    session.begin(done.data.login)
    announce(`You are signed in as ${done.data.login.user.name}.`)
  }

  return (
    <Page title="Sign in">
      <Form label="Sign in" errors={errors} isBusy={isBusy} submit="Sign in" onSubmit={(values) => void submit(values)}>
        <Field label="Username" name="username" errors={errors} autoComplete="username" autoCapitalize="none" required />
        <Field label="Password" name="password" errors={errors} type="password" autoComplete="current-password" required />
      </Form>
      <p>
        New here? <Link href={`/sign-up${search ? `?${search}` : ''}`}>Sign up</Link>
      </p>
    </Page>
  )
}
