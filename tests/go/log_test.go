// The log and a proof of fraud, checked by golang.org/x/mod (sumdb/note and sumdb/tlog) alone: code that knows nothing of this project.
//
// It reads signature type 1 only, so cosignatures are lines by unknown keys to it; and a checkpoint's three lines are parsed here. Run by run.sh,
// which makes the log and says where things lie.
package log

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// need gives the value of a variable that run.sh sets.
func need(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: run tests/go/run.sh", name)
	}
	return value
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	bytes, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

// open checks a checkpoint's signature and parses its three lines.
func open(text []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(vkey))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not the three lines of a checkpoint of %s: %q", verifier.Name(), opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("the root is not 32 bytes of base64: %q", lines[2])
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, nil
}

// files reads tiles of height 8. tlog writes the height into their paths, C2SP does not.
type files struct{ dir string }

func (files) Height() int                     { return 8 }
func (files) SaveTiles([]tlog.Tile, [][]byte) {}
func (f files) path(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		bytes, err := os.ReadFile(filepath.Join(f.dir, f.path(tile)))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

// entries reads all entries of a tree from its bundles.
func entries(t *testing.T, dir string, size int64) [][]byte {
	t.Helper()
	var all [][]byte
	for int64(len(all)) < size {
		width := size - int64(len(all))
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: 0, N: int64(len(all)) / 256, W: int(width)}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		bundle := read(t, filepath.Join(dir, path))
		for len(bundle) > 0 {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				t.Fatalf("%s ends within an entry", path)
			}
			length := int(binary.BigEndian.Uint16(bundle))
			all = append(all, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	if int64(len(all)) != size {
		t.Fatalf("found %d entries, expected %d", len(all), size)
	}
	return all
}

func TestCheckpointsEntriesAndConsistency(t *testing.T) {
	dir, vkey := need(t, "KLERO_LOG"), string(read(t, need(t, "KLERO_VKEY")))
	newest := read(t, filepath.Join(dir, "checkpoint"))
	tree, err := open(newest, vkey)
	if err != nil {
		t.Fatal(err)
	}
	signed := strings.LastIndex(string(newest), "\n\n")
	for at := range newest {
		bent := append([]byte(nil), newest...)
		bent[at] ^= 1
		// note decodes base64 leniently: in a signature's last character before the padding two bits stand for nothing,
		// so that another character there can spell the same signature. Bits that stand for something are bent instead.
		if at > signed && at+1 < len(newest) && newest[at+1] == '=' {
			bent[at] = 'A'
			if newest[at] == 'A' {
				bent[at] = 'E'
			}
		}
		if _, err := open(bent, vkey); err == nil {
			t.Fatalf("a checkpoint verifies with byte %d changed", at)
		}
	}
	// TileHashReader checks every tile against the signed root.
	hashes := tlog.TileHashReader(tree, files{dir})
	all := entries(t, dir, tree.N)
	t.Logf("%d entries under a signed root", tree.N)
	for index, entry := range all {
		id := int64(index)
		proof, err := tlog.ProveRecord(tree.N, id, hashes)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, id, tlog.RecordHash(entry)); err != nil {
			t.Fatalf("entry %d: %v", id, err)
		}
		if tlog.CheckRecord(proof, tree.N, tree.Hash, id, tlog.RecordHash(append([]byte("x"), entry...))) == nil {
			t.Fatalf("entry %d: another entry is accepted in its place", id)
		}
	}
	for size := int64(1); size <= tree.N; size++ {
		root, err := tlog.TreeHash(size, hashes)
		if err != nil {
			t.Fatal(err)
		}
		proof, err := tlog.ProveTree(tree.N, size, hashes)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, size, root); err != nil {
			t.Fatalf("size %d: %v", size, err)
		}
	}
	// A state that was signed earlier is one of these.
	old, err := open(read(t, need(t, "KLERO_OLD")), vkey)
	if err != nil {
		t.Fatal(err)
	}
	if old.N == 0 || old.N >= tree.N {
		t.Fatalf("the earlier checkpoint has %d entries, the newest %d", old.N, tree.N)
	}
	proof, err := tlog.ProveTree(tree.N, old.N, hashes)
	if err != nil {
		t.Fatal(err)
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
		t.Fatalf("the log does not extend what it signed earlier: %v", err)
	}
}

// fraud is docs/spec.md §8.2.
type fraud struct {
	Consistency []string `json:"consistency"`
	Format      string   `json:"format"`
	Larger      string   `json:"larger"`
	Log         string   `json:"log"`
	Root        string   `json:"root"`
	Smaller     string   `json:"smaller"`
}

func (f fraud) check() error {
	if f.Format != "kleroterion/v1/fraud" {
		return fmt.Errorf("format %q", f.Format)
	}
	smaller, err := open([]byte(f.Smaller), f.Log)
	if err != nil {
		return err
	}
	larger, err := open([]byte(f.Larger), f.Log)
	if err != nil {
		return err
	}
	var root tlog.Hash
	if bytes, err := hex.DecodeString(f.Root); err != nil || copy(root[:], bytes) != tlog.HashSize || len(bytes) != tlog.HashSize {
		return fmt.Errorf("root %q", f.Root)
	}
	var proof tlog.TreeProof
	for _, text := range f.Consistency {
		bytes, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(bytes) != tlog.HashSize {
			return fmt.Errorf("hash %q", text)
		}
		var hash tlog.Hash
		copy(hash[:], bytes)
		proof = append(proof, hash)
	}
	// The larger tree begins with root …
	if err := tlog.CheckTree(proof, larger.N, larger.Hash, smaller.N, root); err != nil {
		return err
	}
	// … which is not what was signed.
	if root == smaller.Hash {
		return fmt.Errorf("the two agree")
	}
	return nil
}

func TestProofsOfFraud(t *testing.T) {
	paths, err := filepath.Glob(need(t, "KLERO_FRAUDS"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no proofs of fraud: %v", err)
	}
	for _, path := range paths {
		var proof fraud
		if err := json.Unmarshal(read(t, path), &proof); err != nil {
			t.Fatal(err)
		}
		if err := proof.check(); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		t.Logf("%s proves fraud", filepath.Base(path))
		swapped := proof
		swapped.Smaller = proof.Larger
		if swapped.check() == nil {
			t.Fatalf("%s: a checkpoint is taken to contradict itself", path)
		}
		other := proof
		other.Root = strings.Repeat("00", 32)
		if other.check() == nil {
			t.Fatalf("%s: any root is taken", path)
		}
	}
}
