namespace Aetherscale.Images;

/// <summary>An image that passed the checks and that overlays may stand on.</summary>
/// <param name="Name">The name it was asked for by.</param>
/// <param name="DigestPath">Absolute path of the read-only file that overlays point to.</param>
/// <param name="VirtualSize">Bytes that a guest sees; a multiple of 512.</param>
/// <param name="Digest">SHA-256 of the file when it was adopted, as 64 lower-case hexadecimal digits.</param>
internal sealed record BaseImage(ImageName Name, string DigestPath, long VirtualSize, string Digest);
