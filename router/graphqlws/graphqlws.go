// Package graphqlws is the wire format of graphql-transport-ws, the GraphQL subprotocol of WebSocket: its messages and
// its close codes, for both of its sides.
//
// In: the bytes of one WebSocket message, of anybody. Out: a Message that has what its type needs, or an error; and the
// way back. It knows no sockets, no GraphQL, and not which side may say what when.
package graphqlws

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Subprotocol is the name that client and server agree on in the WebSocket handshake.
const Subprotocol = "graphql-transport-ws"

// Type is the kind of a Message.
type Type string

const (
	// ConnectionInit opens the conversation, from the client.
	ConnectionInit Type = "connection_init"
	// ConnectionAck accepts it, from the server.
	ConnectionAck Type = "connection_ack"
	// Ping asks the other side whether it is there.
	Ping Type = "ping"
	// Pong answers a Ping, or comes by itself.
	Pong Type = "pong"
	// Subscribe starts an operation, from the client.
	Subscribe Type = "subscribe"
	// Next is a response of an operation, from the server.
	Next Type = "next"
	// Error ends an operation with a list of errors, from the server.
	Error Type = "error"
	// Complete ends an operation, from either side.
	Complete Type = "complete"
)

// The codes with which a connection is closed.
const (
	// BadMessage: a message is not of this protocol.
	BadMessage = 4400
	// Unauthorized: an operation came before the connection was acknowledged.
	Unauthorized = 4401
	// Forbidden: the connection was not accepted.
	Forbidden = 4403
	// SubprotocolNotAcceptable: the client does not speak this protocol.
	SubprotocolNotAcceptable = 4406
	// InitTimeout: ConnectionInit did not come in time.
	InitTimeout = 4408
	// SubscriberExists: an operation has the id of one that runs.
	SubscriberExists = 4409
	// TooManyInits: ConnectionInit came twice.
	TooManyInits = 4429
)

// Message is one message.
type Message struct {
	Type Type
	// ID is the operation's, for Subscribe, Next, Error and Complete.
	ID string
	// Payload is JSON: an object for Subscribe and Next, a list for Error, an object or nothing for others.
	Payload json.RawMessage
}

// Parse reads one message. The error says for the other side what is wrong with it.
func Parse(data []byte) (Message, error) {
	var members map[string]json.RawMessage
	var m Message
	if json.Unmarshal(data, &members) != nil || members == nil {
		return m, errors.New("the message is not a JSON object")
	}
	if json.Unmarshal(members["type"], (*string)(&m.Type)) != nil {
		return m, errors.New("the message has no type")
	}
	if payload := members["payload"]; len(payload) > 0 && payload[0] != 'n' {
		m.Payload = payload
	}
	var wanted byte
	switch m.Type {
	case ConnectionInit, ConnectionAck, Ping, Pong:
		if m.Payload != nil && m.Payload[0] != '{' {
			return m, fmt.Errorf("the payload of %q is not an object", m.Type)
		}
		return m, nil
	case Subscribe, Next:
		wanted = '{'
	case Error:
		wanted = '['
	case Complete:
	default:
		return m, errors.New("the message is of an unknown type")
	}
	if json.Unmarshal(members["id"], &m.ID) != nil || m.ID == "" {
		return m, fmt.Errorf("a message of type %q needs an id", m.Type)
	}
	if wanted != 0 && (len(m.Payload) == 0 || m.Payload[0] != wanted) {
		return m, fmt.Errorf("the payload of %q must begin with %q", m.Type, wanted)
	}
	return m, nil
}

// Append writes the message. Its Payload must be JSON.
func (m Message) Append(dst []byte) []byte {
	dst = append(dst, `{"type":"`...)
	dst = append(dst, m.Type...)
	dst = append(dst, '"')
	if m.ID != "" {
		id, _ := json.Marshal(m.ID) // a string always can be written
		dst = append(append(dst, `,"id":`...), id...)
	}
	if len(m.Payload) > 0 {
		dst = append(append(dst, `,"payload":`...), m.Payload...)
	}
	return append(dst, '}')
}
