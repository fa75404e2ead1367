package graphqlserver

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// MarshalUpload writes a file into an answer; gqlgen asks for it beside UnmarshalUpload, and no schema returns one.
func MarshalUpload(file graphql.Upload) graphql.Marshaler { return graphql.MarshalUpload(file) }

// UnmarshalUpload takes the file that came with a request. Anything else, such as a text that is written where the file
// belongs, is BAD_INPUT.
func UnmarshalUpload(value any) (graphql.Upload, error) {
	file, isFile := value.(graphql.Upload)
	if !isFile {
		return file, fail.New(fail.BadInput, "A file must be a variable of a request by the GraphQL multipart request specification.")
	}
	return file, nil
}
