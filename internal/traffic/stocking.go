package traffic

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"time"
)

// Files are between these sizes, as pictures of products on pages are.
const (
	minFileBytes = 1 << 10
	maxFileBytes = 64 << 10
)

// addProduct adds the i-th of the load's products.
func (l *Load) addProduct(ctx context.Context, i int) Outcome {
	name, description := "", ""
	for at, list := range productWords[:2] {
		name += list[(i/(1+at*len(productWords[0])))%len(list)] + " "
		description += list[(i+3)%len(list)] + " "
	}
	input := map[string]any{
		"name": fmt.Sprintf("%s%x-%d", name, l.plan.Seed, i), "description": "Made of " + productWords[2][i%len(productWords[2])] + ", goes with a " + description,
		"price": 500 + 137*(i%400), "stock": l.plan.Stock,
	}
	token, _ := l.staff.current()
	var data struct{ CreateGoods *struct{ ID string } }
	reply := l.client.send(ctx, call{document: goodsMutation, variables: map[string]any{"input": input}, token: token}, &data)
	if data.CreateGoods != nil {
		note(&l.journal, &l.journal.Products, Product{data.CreateGoods.ID, l.plan.Stock})
	}
	return reply.outcome(data.CreateGoods != nil)
}

// upload adds a file of random bytes, with a name that no other has, to one of the load's products.
func (l *Load) upload(ctx context.Context, random *rand.Rand) Outcome {
	content := make([]byte, minFileBytes+random.IntN(maxFileBytes-minFileBytes))
	for i := range content {
		content[i] = byte(random.Uint32())
	}
	sum := sha256.Sum256(content)
	file := File{
		ProductID: l.product(random), Size: len(content), SHA256: hex.EncodeToString(sum[:]),
		Name: fmt.Sprintf("%x-%x.bin", l.plan.Seed, sum[:8]),
	}
	token, _ := l.staff.current()
	var data struct{ UploadProductImage *struct{ ID, Path string } }
	reply := l.client.send(ctx, call{
		document: uploadMutation, variables: map[string]any{"id": file.ProductID}, token: token, file: content, name: file.Name,
	}, &data)
	out := reply.outcome(data.UploadProductImage != nil)
	switch {
	case data.UploadProductImage != nil:
		file.ID, file.Path, file.At = data.UploadProductImage.ID, data.UploadProductImage.Path, time.Now()
		note(&l.journal, &l.journal.Uploads, file)
		l.files.add(file.ID)
	case out.Class == Failed:
		l.journal.unknown(Upload, "", file.Name)
	}
	return out
}

func (l *Load) deleteFile(ctx context.Context, id string) Outcome {
	token, _ := l.staff.current()
	var data struct{ DeleteFile *bool }
	call := call{document: deleteMutation, variables: map[string]any{"id": id}, token: token}
	out := l.client.send(ctx, call, &data).outcome(data.DeleteFile != nil)
	switch {
	case data.DeleteFile != nil:
		note(&l.journal, &l.journal.Deletions, Deletion{id, time.Now()})
	case out.Class == Failed:
		l.journal.unknown(DeleteFile, "", id)
	default:
		l.files.add(id) // it is still there
	}
	return out
}
