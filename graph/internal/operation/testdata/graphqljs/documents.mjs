// Documents by hand: at least one for each rule, valid and not.
export const documents = `
{ count }
{ __typename }
query A { count } query B { count }
query A { count } query A { me { id } }
{ count } { me { id } }
{ count } query B { count }
query A { count } fragment F on Query { count }
fragment F on Query { count } fragment F on Query { me { id } } { ...F }
type T { a: Int } { count }
extend type Query { a: Int } query { count }
schema { query: Query }
subscription { renamed { id } }
subscription { renamed { id } ticks }
subscription { ticks a: ticks }
subscription { ticks ticks }
subscription { __typename }
subscription { a: __typename }
subscription { __schema { queryType { name } } }
subscription { ...F } fragment F on Subscription { ticks }
subscription { ...F } fragment F on Subscription { ticks renamed { id } }
subscription { ... on Subscription { ticks } ...F } fragment F on Subscription { a: ticks }
subscription { ticks @skip(if: true) }
subscription { ticks @include(if: false) }
subscription ($a: Boolean!) { ... @include(if: $a) { ticks } }
subscription A { ticks } subscription B { ticks renamed { id } }
mutation { rename(id: 1, name: "a") { id } remove(ids: []) }
mutation { rename(id: 1) { id } }
{ me { id { x } } }
{ me }
{ me { } }
{ me { friends } }
{ me { pet } }
{ thing }
{ count { id } }
{ nothing }
{ me { nothing } }
{ node(id: 1) { name } }
{ node(id: 1) { id __typename } }
{ thing { name } }
{ thing { __typename } }
{ thing { ... on Named { name } ... on Person { age } } }
{ pet(pick: {id: 1}) { ... on Named { name } } }
{ pet(pick: {id: 1}) { ... on Person { name } } }
{ thing { ... on Cat { id } } }
{ thing { ... on Pet { __typename } } }
{ me { ... on Dog { id } } }
{ me { ... on Named { ... on Node { id } } } }
{ me { ... on Int { id } } }
{ me { ... on Filter { text } } }
{ me { ... on Nowhere { id } } }
{ me { ... on Level { id } } }
{ me { ...F } } fragment F on Level { id }
{ me { ...F } } fragment F on Nowhere { id }
{ me { ...F } }
{ me { ...F } } fragment F on Person { ...F }
{ me { ...F } } fragment F on Person { ...G } fragment G on Person { ...F id }
{ me { ...F } } fragment F on Person { friends { ...F } }
{ me { id } } fragment F on Person { id }
{ me { id } } fragment F on Person { ...G } fragment G on Person { id }
{ me { ...F } } fragment F on Dog { id }
{ me { ...F } } fragment F on Named { id }
query ($a: Int) { count }
query ($a: Int, $a: Int) { echo(int: $a) }
query { echo(int: $a) }
query A { ...F } query B($a: Int) { ...F } fragment F on Query { echo(int: $a) }
query A($a: Int) { ...F } query B($a: String) { ...F } fragment F on Query { echo(int: $a) }
query ($a: Person) { echo(int: $a) }
query ($a: Nowhere) { echo(int: $a) }
query ($a: Node) { count @note(text: $a) }
query ($a: Int!) { echo(int: $a) }
query ($a: Int) { echo(float: $a) }
query ($a: ID) { echo(string: $a) }
query ($a: Int = 1) { echo(list: [[$a]]) }
query ($a: Int) { echo(list: [[$a]]) }
query ($a: Int!) { echo(list: $a) }
query ($a: [Int!]) { echo(list: [$a]) }
query ($a: [Int]) { echo(list: [$a]) }
query ($a: ID) { person(id: $a) { id } }
query ($a: ID = 1) { person(id: $a) { id } }
query ($a: ID = null) { person(id: $a) { id } }
query ($a: Range) { people(range: $a) { id } }
query ($a: Range = null) { people(range: $a) { id } }
query ($a: Int) { people(range: {from: $a}) { id } }
query ($a: Int) { people(filter: {min: $a}) { id } }
query ($a: Boolean) { count @include(if: $a) }
query ($a: Boolean = true) { count @include(if: $a) }
query ($a: Boolean!) { count @include(if: $a) @skip(if: $a) }
query ($a: String = 1) { echo(string: $a) }
query ($a: Int = 1.0) { echo(int: $a) }
query ($a: Int! = null) { echo(int: $a) }
query ($a: Int! = 1) { echo(int: $a) }
query ($a: [Int!]! = 1) { echo(list: [$a]) }
query ($a: Filter = {}) { people(filter: $a) { id } }
query ($a: Filter = {min: 1, nowhere: 1}) { people(filter: $a) { id } }
query ($a: Int @note) { echo(int: $a) }
query ($a: Int @skip(if: true)) { echo(int: $a) }
query ($a: Int, $b: Int = $a) { echo(int: $b) }
query @note { count }
query @skip(if: true) { count }
query @note @note { count }
{ count @mark @mark(level: LOW) }
{ count @skip(if: true) @skip(if: false) }
{ count @nowhere }
{ count @deprecated }
{ count @note(text: null) }
{ count @note(texts: "a") }
{ count @note(text: "a", text: "b") }
{ count @needs }
{ count @needs(id: null) }
{ count @needs(id: 1) }
{ count @skip }
{ count @include(if: "true") }
{ ... @include(if: true) { count } }
{ ... @note { count } }
{ ...F @note } fragment F on Query @note { count }
{ ...F @mark } fragment F on Query { count }
{ ...F } fragment F on Query @skip(if: true) { count }
{ me { id @defer } }
{ ... @defer { count } }
{ ... @defer(label: "a") { count } ... @defer(label: "a") { me { id } } }
{ me { friends @stream(initialCount: 1) { id } } }
subscription { ... @defer { ticks } }
{ person { id } }
{ person(id: null) { id } }
{ person(id: 1, id: 2) { id } }
{ person(id: 1, name: 2) { id } }
{ person(id: 1.0) { id } }
{ person(id: true) { id } }
{ person(id: ENUM) { id } }
{ person(id: "a") { id } }
{ person(id: 99999999999999999999) { id } }
{ echo(int: 2147483648) }
{ echo(int: -2147483648) }
{ echo(int: "1") }
{ echo(int: 1.0) }
{ echo(float: 1) }
{ echo(float: "1") }
{ echo(float: 1e400) }
{ echo(float: 99999999999999999999999) }
{ echo(string: 1) }
{ echo(string: """ block "text" """) }
{ echo(string: LOW) }
{ echo(boolean: 1) }
{ echo(boolean: "true") }
{ echo(json: {a: [1, "b", C, null, {d: 1.5}]}) }
{ echo(json: {a: 1, a: 2}) }
{ echo(level: LOW) }
{ echo(level: "LOW") }
{ echo(level: MIDDLE) }
{ echo(level: true) }
{ echo(level: null) }
{ echo(list: 1) }
{ echo(list: [1, 2]) }
{ echo(list: [[1], 2, null]) }
{ echo(list: [[null]]) }
{ echo(list: [["1"]]) }
{ people(filter: {}) { id } }
{ people(filter: {min: 1}) { id } }
{ people(filter: {min: 1, min: 2}) { id } }
{ people(filter: {min: null}) { id } }
{ people(filter: {min: 1, unknown: 1}) { id } }
{ people(filter: {min: 1, nested: {min: 2, nested: {}}}) { id } }
{ people(filter: {min: 1, level: null, tags: "a"}) { id } }
{ people(filter: {min: 1, tags: [null]}) { id } }
{ people(filter: 1) { id } }
{ people(filter: [{min: 1}]) { id } }
{ people(range: null) { id } }
{ people(range: {}) { id } }
{ people(range: {from: null}) { id } }
{ people(range: {to: 1}) { id } }
{ people(ids: 1) { id } }
{ people(ids: [1, "a"]) { id } }
{ pet { __typename } }
{ pet(pick: {}) { __typename } }
{ pet(pick: {id: 1, name: "a"}) { __typename } }
{ pet(pick: {id: null}) { __typename } }
{ pet(pick: {id: 1, name: null}) { __typename } }
{ pet(pick: {name: "a"}) { __typename } }
{ pet(pick: {range: {}}) { __typename } }
query ($a: ID) { pet(pick: {id: $a}) { __typename } }
query ($a: ID!) { pet(pick: {id: $a}) { __typename } }
query ($a: ID = 1) { pet(pick: {id: $a}) { __typename } }
query ($a: ID!, $b: String!) { pet(pick: {id: $a, name: $b}) { __typename } }
query ($a: Pick!) { pet(pick: $a) { __typename } }
query ($a: Pick) { pet(pick: $a) { __typename } }
query ($a: Pick! = {id: 1, name: "b"}) { pet(pick: $a) { __typename } }
query ($a: Pick = {}) { people(filter: {min: 1, pick: $a}) { id } }
{ a: count a: me { id } }
{ a: count a: count }
{ echo(int: 1) echo(int: 2) }
{ echo(int: 1) echo }
{ echo(int: 1, float: 2) echo(float: 2, int: 1) }
{ echo(json: {a: 1, b: 2}) echo(json: {b: 2, a: 1}) }
{ echo(string: "a") echo(string: """a""") }
query ($a: Int, $b: Int) { echo(int: $a) echo(int: $b) }
{ me { name } me { name: id } }
{ me { a: id } me { a: name } }
{ me { friends { a: id } } me { friends { a: name } } }
{ me { ...F } me { id: name } } fragment F on Person { id }
{ thing { ... on Person { mood } ... on Dog { mood } } }
{ thing { ... on Person { a: age } ... on Dog { a: name } } }
{ thing { ... on Person { a: age } ... on Dog { a: __typename } } }
fragment F on Query { count }
query ($a: ID) { people(filter: {min: 1, pick: {id: $a}}) { id } }
{ pet(pick: {id: 1}) { ... on Dog { a: mood } ... on Cat { a: mood } } }
{ pet(pick: {id: 1}) { ... on Dog { a: barks } ... on Cat { a: meows } } }
{ pet(pick: {id: 1}) { ... on Dog { owner { a: id } } ... on Cat { owner { a: name } } } }
{ pet(pick: {id: 1}) { ... on Dog { owner { id } } ... on Cat { owner { id } } } }
{ pet(pick: {id: 1}) { ... on Dog { a: id } ... on Cat { a: id } } }
{ pet(pick: {id: 1}) { ... on Dog { a: owner { id } } ... on Cat { a: age } } }
{ pet(pick: {id: 1}) { ... on Dog { a: tags } ... on Cat { a: lives } } }
{ node(id: 1) { ... on Named { a: id } ... on Dog { a: name } } }
{ node(id: 1) { ... on Person { a: name } ... on Dog { a: mood(of: LOW) } } }
{ me { mood(of: RED) } me { mood(of: GREEN) } }
{ a: count ...F } fragment F on Query { a: count b: count }
{ a: count @skip(if: true) a: count @include(if: true) }
{ a: echo(int: 1) @skip(if: true) a: echo(int: 2) @include(if: true) }
{ ...F ...G } fragment F on Query { me { ...H } } fragment G on Query { me { a: name } } fragment H on Person { a: id }
{ __schema { types { name fields { name type { name ofType { name } } } } } }
{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }
{ __schema { types { interfaces { interfaces { interfaces { name } } } } } }
{ __type(name: "Person") { name kind possibleTypes { possibleTypes { name } } } }
{ __type { name } }
{ __type(name: 1) { name } }
{ me { __schema { queryType { name } } } }
mutation { __schema { queryType { name } } }
mutation { __typename }
{ me { __typename: id } }
{ me { __typename { x } } }
{ me { __typename(a: 1) } }
query Q { ...Q } fragment Q on Query { count }
fragment on on Query { count } { ...on }
fragment F($a: Int) on Query { echo(int: $a) } { ...F }
{ true: count null: count on: count }
query ($true: Int) { echo(int: $true) }
{ ... { count } }
{ ... on Query { ... { ... on Query { count } } } }
`.trim().split('\n')
