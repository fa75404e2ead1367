// Package fail holds the errors that a client of a subgraph sees: a code from one table, a message for people and,
// where it helps, the input field at fault. Stores and resolvers return *Error; Present is the only place that turns
// errors into GraphQL errors. Every other error is the operator's: it is logged once and the client sees INTERNAL.
// The package knows neither HTTP nor databases.
package fail

import (
	"errors"
	"fmt"
	"maps"
)

// Code is the machine-readable reason of an Error, the `extensions.code` of the GraphQL error.
type Code string

// The whole table of codes that the subgraphs answer with.
const (
	Unauthenticated Code = "UNAUTHENTICATED"  // nobody is logged in, or the token does not hold
	Forbidden       Code = "FORBIDDEN"        // somebody is logged in, but may not do this
	NotFound        Code = "NOT_FOUND"        // the thing that was named does not exist
	Conflict        Code = "CONFLICT"         // the change contradicts what is stored already
	BadInput        Code = "BAD_INPUT"        // an input is wrong; Field names it and nothing was written
	PriceChanged    Code = "PRICE_CHANGED"    // a price differs from the one that was agreed to
	RateLimited     Code = "RATE_LIMITED"     // it was tried too often; Details has retryAfter, in seconds
	Unavailable     Code = "UNAVAILABLE"      // what is needed does not answer: another service, the storage, our own database
	Internal        Code = "INTERNAL"         // a defect of ours; the cause stands only in the log
	UnsignedRequest Code = "UNSIGNED_REQUEST" // the request did not come from the router
)

// Error is a failure that the client may read in full.
type Error struct {
	Code    Code
	Message string
	// Field is the input at fault, as the client names it ("title"); only with BadInput.
	Field string
	// Details become further members of the error's extensions.
	Details map[string]any
	// Cause is for the log and for errors.Is; the client never sees it.
	Cause error
}

// New returns an Error with a formatted message.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Input returns a BadInput error that names the field at fault.
func Input(field, format string, args ...any) *Error {
	return &Error{Code: BadInput, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Down returns an Unavailable error that names the service which did not answer; cause is logged, not shown.
func Down(service string, cause error) *Error {
	return &Error{
		Code:    Unavailable,
		Message: fmt.Sprintf("The %s service does not answer; please try again later.", service),
		Details: map[string]any{"service": service},
		Cause:   cause,
	}
}

// Error returns the code and the message, and the cause where there is one: this is the text for logs.
func (e *Error) Error() string {
	text := string(e.Code) + ": " + e.Message
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Extensions returns the members of the GraphQL error's extensions: code, field if there is one, and the details.
func (e *Error) Extensions() map[string]any {
	extensions := make(map[string]any, len(e.Details)+2)
	maps.Copy(extensions, e.Details)
	extensions["code"] = string(e.Code)
	if e.Field != "" {
		extensions["field"] = e.Field
	}
	return extensions
}

// Is says whether err is an *Error with the given code.
func Is(err error, code Code) bool {
	var failure *Error
	return errors.As(err, &failure) && failure.Code == code
}
