package rawjson

// Scan tells how to read the objects at one place of an answer: which keys to expect, in which
// order, and the slot for each. It is immutable while in use.
type Scan struct {
	// Slots is the number of slots of an object.
	Slots int
	// Type is the runtime type of every object here, or TypeNone.
	Type int
	// TypeKey is the key that carries the name of the runtime type; empty when none does.
	TypeKey string
	// Types are the numbers of all runtime types by name; used with a TypeKey.
	Types map[string]int
	// Cases are the lists of expected keys. ByType is the case of each runtime type, Any the case of
	// an object whose type is not known; -1 means that nothing is read. Without a TypeKey only Any
	// is used, or ByType where it is set.
	Cases  []Case
	ByType []int
	Any    int
}

// Case is the keys that are expected, in order.
type Case struct {
	Fields []Field
	// index finds a field by its key; nil while there are few.
	index map[string]int
}

// Field is one expected key.
type Field struct {
	Key  string
	Slot int
	// Child reads the objects of a composite value, through any depth of lists; nil for a leaf.
	Child *Scan
}

// maxLinear is how many keys are looked up one by one.
const maxLinear = 12

// NewCase makes a Case of fields with distinct keys.
func NewCase(fields []Field) Case {
	c := Case{Fields: fields}
	if len(fields) > maxLinear {
		c.index = make(map[string]int, len(fields))
		for i, f := range fields {
			c.index[f.Key] = i
		}
	}
	return c
}

// find returns the number of the field with a key, or -1.
func (c *Case) find(key []byte) int {
	if c.index != nil {
		if i, ok := c.index[string(key)]; ok {
			return i
		}
		return -1
	}
	for i := range c.Fields {
		if c.Fields[i].Key == string(key) {
			return i
		}
	}
	return -1
}

// caseOf returns the number of the case for a runtime type, or -1.
func (s *Scan) caseOf(typ int) int {
	if typ >= 0 && typ < len(s.ByType) {
		return s.ByType[typ]
	}
	return s.Any
}
