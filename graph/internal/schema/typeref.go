package schema

import (
	"fmt"
	"strings"
)

// maxListDepth bounds the lists in lists that ParseTypeRef reads.
const maxListDepth = 100

// ParseTypeRef reads the use of a type as String prints it: "[T!]!".
func ParseTypeRef(text string) (*TypeRef, error) {
	ref := parseTypeRef(strings.TrimSpace(text), 0)
	if ref == nil {
		return nil, fmt.Errorf("%q is not a type, such as \"[T!]!\"", text)
	}
	return ref, nil
}

func parseTypeRef(text string, depth int) *TypeRef {
	inner, nonNull := strings.CutSuffix(text, "!")
	inner = strings.TrimSpace(inner)
	if strings.HasPrefix(inner, "[") {
		if !strings.HasSuffix(inner, "]") || depth >= maxListDepth {
			return nil
		}
		elem := parseTypeRef(strings.TrimSpace(inner[1:len(inner)-1]), depth+1)
		if elem == nil {
			return nil
		}
		return &TypeRef{Elem: elem, NonNull: nonNull}
	}
	if !isName(inner) {
		return nil
	}
	return &TypeRef{Name: inner, NonNull: nonNull}
}

// isName reports whether the text is a Name (GraphQL spec 2.1.9).
func isName(text string) bool {
	for i := range len(text) {
		c := text[i]
		isLetter := c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z'
		if !isLetter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}
