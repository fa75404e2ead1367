import { useState } from 'react'
import { failureAt } from '../failure'
import { AccountDocument, UpdateProfileDocument, type AccountQuery } from '../graphql'
import { formatTime } from '../money'
import { ForCustomers } from '../parts/account_gate'
import { useAnnounce } from '../parts/announce'
import { creditWords } from '../parts/financing'
import { Field, Form, formErrors, noErrors, textOf, wholeOf } from '../parts/form'
import { Loading, Missing, Page } from '../parts/page'
import { SessionList } from '../parts/sessions'
import { useShopMutation, useShopQuery } from '../query'

type Me = NonNullable<AccountQuery['me']>

export function Account() {
  return (
    <Page title="Your account">
      <ForCustomers why="Here you see your profile and where you are signed in.">{() => <Content />}</ForCustomers>
    </Page>
  )
}

function Content() {
  const { data, failures, isLoading, retry } = useShopQuery({ query: AccountDocument, variables: {} })
  const failure = failureAt(failures, 'me')
  const creditIsOut = failureAt(failures, 'me', 'creditStatus')
  const me = data?.me
  if (isLoading) return <Loading what="your account" />
  if (failure) return <Missing failure={failure} onRetry={retry} />
  if (!me) return <p>You are not signed in any more.</p>
  return (
    <>
      <p>
        You are <strong>{me.username}</strong>, a customer since {formatTime(me.createdAt)}.
        {me.creditStatus && ` Your credit is ${creditWords[me.creditStatus]}.`}
      </p>
      {creditIsOut && (
        <Missing failure={creditIsOut} onRetry={retry}>
          Your credit is not shown.
        </Missing>
      )}
      <Profile key={me.id} me={me} />
      <SessionList sessions={me.sessions} failure={failureAt(failures, 'me', 'sessions')} />
    </>
  )
}

const fields = ['name', 'age', 'email', 'address']

function Profile({ me }: { me: Me }) {
  const announce = useAnnounce()
  const { run, isBusy } = useShopMutation(UpdateProfileDocument)
  const [errors, setErrors] = useState(noErrors)
  const [isSaved, setSaved] = useState(false)
  const submit = async (values: FormData) => {
    setSaved(false)
    const age = wholeOf(values, 'age')
    if (Number.isNaN(age)) {
      setErrors({ fields: { age: 'Age must be a whole number.' }, form: undefined })
      return
    }
    const done = await run({
      input: { name: textOf(values, 'name') ?? '', age: age ?? null, email: textOf(values, 'email') ?? null, address: textOf(values, 'address') ?? null },
    })
    if (!done) return
    setErrors(done.data?.updateProfile ? noErrors : formErrors(done.failures, fields))
    if (!done.data?.updateProfile) return
    setSaved(true)
    announce('Your profile is saved.')
  }
  return (
    <section aria-labelledby="profile">
      <h2 id="profile">Profile</h2>
      <Form label="Profile" errors={errors} isBusy={isBusy} submit="Save" onSubmit={(values) => void submit(values)}>
        <Field label="Name" name="name" errors={errors} defaultValue={me.name} autoComplete="name" required />
        <Field label="Age" name="age" errors={errors} defaultValue={me.age ?? ''} inputMode="numeric" />
        <Field label="Email" name="email" errors={errors} defaultValue={me.email ?? ''} type="email" autoComplete="email" />
        <Field label="Address" name="address" errors={errors} defaultValue={me.address ?? ''} autoComplete="street-address" />
        {isSaved && <p className="notice good">Your profile is saved.</p>}
      </Form>
    </section>
  )
}
