package instance

import (
	"strings"
	"testing"
)

const mounts = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
41 27 0:51 / /mnt/nas rw,nosuid shared:7 - fuse.sshfs lea@nas:/srv rw,user_id=1000
42 27 0:52 / /mnt/my\040disk rw,nosuid - fuseblk /dev/sdb1 rw,user_id=0
43 27 0:53 / /home/lea/vault rw - fuse.gocryptfs /home/lea/.vault rw
44 27 0:54 / /mnt/cloud rw - fuse.rclone remote: rw
45 27 0:55 / /mnt/host rw - virtiofs host rw
broken line - 
`

func TestFUSEKinds(t *testing.T) {
	for minor, want := range map[uint32]string{
		51: "fuse.sshfs",
		52: "",
		53: "",
		54: "fuse.rclone",
		55: "virtiofs",
		99: "FUSE", // not listed: unknown is not safe
	} {
		got, err := fuseKind(strings.NewReader(mounts), 0, minor)
		if err != nil || got != want {
			t.Errorf("device 0:%d is %q, %v; want %q", minor, got, err, want)
		}
	}
}

func TestNetworkMagic(t *testing.T) {
	for magic, want := range map[uint32]string{
		0x6969:     "NFS",
		0xFF534D42: "SMB",
		0xFE534D42: "SMB",
		0x01021997: "9P",
		0xEF53:     "", // ext4
		0x9123683E: "", // btrfs
		0x58465342: "", // XFS
		0x01021994: "", // tmpfs
	} {
		if got := networkMagic[magic]; got != want {
			t.Errorf("magic %#x is %q, want %q", magic, got, want)
		}
	}
}
