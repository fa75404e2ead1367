import { useState } from 'react'
import { failureAt } from '../failure'
import { CustomerDocument, SetCreditStatusDocument, type CreditStatus, type CustomerQuery } from '../graphql'
import { ForStaff } from '../parts/account_gate'
import { useAnnounce } from '../parts/announce'
import { Field, Form, formErrors, noErrors, textOf } from '../parts/form'
import { Loading, Missing, Page } from '../parts/page'
import { useShopMutation, useShopQuery } from '../query'

const statuses: [value: CreditStatus, label: string][] = [
  ['GOOD', 'Good'],
  ['BAD', 'Bad'],
  ['UNKNOWN', 'Unknown'],
]

/** Staff look a customer up by name, and set what is known of their credit. */
export function CreditDesk() {
  const [username, setUsername] = useState('')
  const [errors, setErrors] = useState(noErrors)
  const search = (values: FormData) => {
    const name = textOf(values, 'username')
    setErrors(name ? noErrors : { fields: { username: 'Please enter a username.' }, form: undefined })
    setUsername(name ?? '')
  }
  return (
    <Page title="Credit">
      <ForStaff>
        <Form label="Find a customer" errors={errors} isBusy={false} submit="Find" onSubmit={search}>
          <Field label="Username of the customer" name="username" errors={errors} autoCapitalize="none" required />
        </Form>
        {username && <Customer key={username} username={username} />}
      </ForStaff>
    </Page>
  )
}

type Person = NonNullable<CustomerQuery['user']>

function Customer({ username }: { username: string }) {
  const { data, failures, isLoading, retry } = useShopQuery({ query: CustomerDocument, variables: { username } })
  const failure = failureAt(failures, 'user')
  const creditIsOut = failureAt(failures, 'user', 'creditStatus')
  const person = data?.user
  if (isLoading) return <Loading what="the customer" />
  if (failure) return <Missing failure={failure} onRetry={retry} />
  if (!person) return <p role="status">Nobody is called {username}.</p>
  return (
    <section aria-labelledby="customer">
      <h2 id="customer">{person.name}</h2>
      {creditIsOut && <Missing failure={creditIsOut} onRetry={retry} />}
      {person.creditStatus && <SetStatus key={person.creditStatus} person={person} />}
    </section>
  )
}

function SetStatus({ person }: { person: Person }) {
  const announce = useAnnounce()
  const { run, isBusy } = useShopMutation(SetCreditStatusDocument)
  const [errors, setErrors] = useState(noErrors)
  const submit = async (values: FormData) => {
    const status = statuses.find(([value]) => value === values.get('status'))?.[0] ?? 'UNKNOWN'
    const done = await run({ userId: person.id, status, reason: textOf(values, 'reason') ?? '' })
    if (!done) return
    setErrors(done.data?.setCreditStatus ? noErrors : formErrors(done.failures, ['reason']))
    if (done.data?.setCreditStatus) announce(`The credit of ${person.name} is set to ${status.toLowerCase()}.`)
  }
  return (
    <Form label={`Credit of ${person.name}`} errors={errors} isBusy={isBusy} submit="Set the status" onSubmit={(values) => void submit(values)}>
      <p>
        Credit is <strong data-credit={person.creditStatus}>{statuses.find(([value]) => value === person.creditStatus)?.[1].toLowerCase()}</strong>.
      </p>
      <fieldset className="pills">
        <legend>New status</legend>
        {statuses.map(([value, label]) => (
          <label key={value}>
            <input type="radio" name="status" value={value} defaultChecked={value === person.creditStatus} />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      <Field label="Why" name="reason" errors={errors} hint="It goes into the ledger with your name." required />
    </Form>
  )
}
