using System.Security.Cryptography;
using System.Text;

namespace Aetherscale.Tests.Images;

/// <summary>What distributions and simplestreams servers say of their images, in their own formats.</summary>
internal static class CatalogueServer
{
    private const string Zeros = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>A list of checksums as this distribution writes it.</summary>
    public static string Checksums(string distribution, string file, byte[] content) => distribution switch
    {
        "debian" => $"{Hex(SHA512.HashData([1]))}  other.qcow2\n{Hex(SHA512.HashData(content))}  {file}\n",
        "ubuntu" => $"{Zeros} *other.img\n{Hex(SHA256.HashData(content))} *{file}\n",
        "fedora" => $"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# {file}: {content.Length} bytes\nSHA256 ({file}) = {Hex(SHA256.HashData(content))}\n"
            + "-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCAAdFiEE\n=aaaa\n-----END PGP SIGNATURE-----\n",
        "alpine" => Hex(SHA512.HashData(content)),
        _ => throw new ArgumentException(distribution),
    };

    /// <summary>Has the server be one as the Incus community's: <c>alpine/3.20</c> is these bytes, and once was others.</summary>
    /// <returns>The path of the image.</returns>
    public static string PutIncus(FileServer server, byte[] content, string? sha256 = null)
    {
        const string Path = "/images/alpine/3.20/amd64/default/20241102_13:00/disk.qcow2";
        server.Files["/streams/v1/index.json"] = Encoding.UTF8.GetBytes(
            """
            {"format":"index:1.0","index":{"images":{"datatype":"image-downloads","path":"streams/v1/images.json","format":"products:1.0",
            "products":["alpine:3.20:amd64:default","alpine:3.20:arm64:default"]}}}
            """);
        server.Files["/streams/v1/images.json"] = Encoding.UTF8.GetBytes(
            """
            {"content_id":"images","datatype":"image-downloads","format":"products:1.0","products":{
             "alpine:3.20:arm64:default":{"aliases":"alpine/3.20/default,alpine/3.20","arch":"arm64","os":"Alpine","release":"3.20","release_title":"3.20",
              "variant":"default","requirements":{},"versions":{"20241103_13:00":{"items":{"disk.qcow2":{"ftype":"disk-kvm.img","sha256":"ZEROS","size":1,"path":"x"}}}}},
             "alpine:3.20:amd64:default":{"aliases":"alpine/3.20/default,alpine/3.20","arch":"amd64","os":"Alpine","release":"3.20","release_title":"3.20",
              "variant":"default","requirements":{},"versions":{
               "20241102_13:00":{"items":{
                "disk.qcow2":{"ftype":"disk-kvm.img","sha256":"SHA256","size":SIZE,"path":"PATH"},
                "disk.20241101_13:00.qcow2.vcdiff":{"ftype":"disk-kvm.img.vcdiff","sha256":"ZEROS","size":1,"path":"x","delta_base":"20241101_13:00"},
                "incus.tar.xz":{"ftype":"incus.tar.xz","sha256":"ZEROS","size":1,"path":"x","combined_disk-kvm-img_sha256":"ZEROS"},
                "root.squashfs":{"ftype":"squashfs","sha256":"ZEROS","size":1,"path":"x"}}},
               "20241101_13:00":{"items":{"disk.qcow2":{"ftype":"disk-kvm.img","sha256":"ZEROS","size":1,"path":"x"}}},
               "20241103_13:00":{"items":{"root.squashfs":{"ftype":"squashfs","sha256":"ZEROS","size":1,"path":"x"}}}}}}}
            """
            .Replace("ZEROS", Zeros).Replace("SHA256", sha256 ?? Hex(SHA256.HashData(content))).Replace("SIZE", $"{content.Length}").Replace("PATH", Path[1..]));
        server.Files[Path] = content;
        return Path;
    }

    /// <summary>Has the server be one as Ubuntu's: <c>24.04</c> and <c>noble</c> are these bytes.</summary>
    /// <returns>The path of the image.</returns>
    public static string PutUbuntu(FileServer server, byte[] content)
    {
        const string Path = "/releases/server/releases/noble/release-20240423/ubuntu-24.04-server-cloudimg-amd64.img";
        server.Files["/releases/streams/v1/index.json"] = Encoding.UTF8.GetBytes(
            """
            {"format": "index:1.0", "index": {
              "com.ubuntu.cloud:released:aws": {"clouds": [{"endpoint": "https://ec2.example", "region": "r"}], "datatype": "image-ids", "format": "products:1.0",
                "path": "streams/v1/com.ubuntu.cloud:released:aws.json", "products": []},
              "com.ubuntu.cloud:released:download": {"datatype": "image-downloads", "format": "products:1.0",
                "path": "streams/v1/com.ubuntu.cloud:released:download.json", "products": ["com.ubuntu.cloud:server:24.04:amd64"],
                "updated": "Wed, 24 Apr 2024 00:00:00 +0000"}}, "updated": "Wed, 24 Apr 2024 00:00:00 +0000"}
            """);
        server.Files["/releases/streams/v1/com.ubuntu.cloud:released:download.json"] = Encoding.UTF8.GetBytes(
            """
            {"content_id": "com.ubuntu.cloud:released:download", "creator": "sstream-query", "datatype": "image-downloads", "format": "products:1.0", "license": "https://x",
             "products": {"com.ubuntu.cloud:server:24.04:amd64": {"aliases": "24.04,default,lts,n,noble", "arch": "amd64", "os": "ubuntu", "release": "noble",
               "release_title": "24.04 LTS", "support_eol": "2029-04-25", "supported": true, "version": "24.04", "versions": {"20240423": {"items": {
                 "disk1.img": {"ftype": "disk1.img", "md5": "x", "path": "PATH", "sha256": "SHA256", "size": SIZE},
                 "manifest": {"ftype": "manifest", "md5": "x", "path": "m", "sha256": "ZEROS", "size": 1}}, "label": "release", "pubname": "ubuntu-noble-24.04-amd64-server-20240423"}}}}}
            """
            .Replace("ZEROS", Zeros).Replace("SHA256", Hex(SHA256.HashData(content))).Replace("SIZE", $"{content.Length}").Replace("PATH", Path["/releases/".Length..]));
        server.Files[Path] = content;
        return Path;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
