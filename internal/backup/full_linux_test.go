package backup

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A disk that fills up in the middle of a copy says so, keeps the copies that it
// has, and takes the next one when there is room again.
func TestAFullDiskKeepsWhatItHas(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=3m"); err != nil {
		fmt.Println("NOT RUN: a full backup disk: a tmpfs can't be mounted here:", err)
		return
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	k, to := newDesk(t), filepath.Join(disk, "backup")
	k.mails(t, 300_000)
	first := k.backup(t, to, noon)
	ballast := filepath.Join(disk, "ballast")
	for free := 40 << 10; free < 1<<20; free *= 2 { // the disk fills at another place each time
		if err := os.WriteFile(ballast, make([]byte, room(t, disk)-free), 0o600); err != nil {
			t.Fatal(err)
		}
		more := k.mails(t, 200_000, 1_500_000)
		if _, err := Make(t.Context(), k.d, k.blobs(), to, noon.AddDate(0, 0, 1)); faultKey(err) != "backup.err.full" {
			t.Errorf("with %d bytes free: %v", free, err)
		}
		if list, err := List(to); err != nil || len(list) != 1 {
			t.Errorf("with %d bytes free: %v, %v", free, list, err)
		}
		if _, err := Verify(t.Context(), first.Path); err != nil {
			t.Error(err)
		}
		for _, hash := range more {
			if exists(fileOf(filepath.Join(to, blobsDir), hash)) {
				t.Errorf("with %d bytes free: a content of a copy that failed stays", free)
			}
		}
		remove(t, ballast)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=30m"); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(t.Context(), k.backup(t, to, noon.AddDate(0, 0, 2)).Path); err != nil {
		t.Error(err)
	}
}

// room is how many bytes a disk still takes.
func room(t testing.TB, disk string) int {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(disk, &s); err != nil {
		t.Fatal(err)
	}
	return int(s.Bavail) * int(s.Bsize)
}
