package traffic

import (
	"slices"
	"strconv"
)

// Class says how an operation ended, as far as its customer can tell.
type Class int

// The classes of outcomes.
const (
	OK      Class = iota // answered in full
	Partial              // answered, and something below the answer is missing, with an error
	Refused              // answered with an error that says that nothing was done
	Failed               // not answered, or with an error that does not say whether something was done
)

var classNames = []string{"ok", "partial", "refused", "failed"}

// String is the name in reports.
func (c Class) String() string { return classNames[c] }

// Outcome is how an operation ended. Code is that of the answer's first error, the HTTP status where there is none
// ("HTTP 502"), or what became of the connection ("timeout", "connection refused", "connection lost", "transport"); it
// is empty for OK.
type Outcome struct {
	Class Class
	Code  string
}

// String is "ok", or the class with the code.
func (o Outcome) String() string {
	if o.Class == OK {
		return "ok"
	}
	return o.Class.String() + " " + o.Code
}

// refusals are the codes of answers that have changed nothing, whatever the mutation was.
var refusals = []string{
	"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "BAD_INPUT", "PRICE_CHANGED", "RATE_LIMITED",
}

// outcome judges the reply to an operation whose field was answered or not.
func (r reply) outcome(answered bool) Outcome {
	switch {
	case r.failure != "":
		return Outcome{Failed, r.failure}
	case answered && len(r.codes) == 0:
		return Outcome{Class: OK}
	case answered:
		return Outcome{Partial, r.code()}
	case len(r.codes) == 0:
		return Outcome{Refused, "null"}
	case slices.Contains(refusals, r.codes[0]):
		return Outcome{Refused, r.codes[0]}
	default:
		return Outcome{Failed, r.code()}
	}
}

func (r reply) code() string {
	if r.codes[0] == "" {
		return "HTTP " + strconv.Itoa(r.status)
	}
	return r.codes[0]
}
