namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>import-image</c>. Without a URL the image is the body of the request (<see cref="ApiRoutes.Images"/>).</summary>
public sealed record ImportImageOptions
{
    /// <summary>The name that it is to have. Where an image has it already, it is replaced; VMs keep the base that they were made on.</summary>
    public required string Name { get; init; }

    /// <summary>Where the daemon fetches it from: <c>http://</c> or <c>https://</c>.</summary>
    public string? Url { get; init; }

    /// <summary>
    /// What the source must hash to, before it is unpacked: <c>sha256:</c> or <c>sha512:</c> and hexadecimal digits; or <c>none</c>, which
    /// leaves a checksum file beside the URL aside.
    /// </summary>
    public string? Checksum { get; init; }

    /// <summary><c>qcow2</c>, <c>raw</c> or <c>vmdk</c>, once it is unpacked; found out by its first bytes when absent.</summary>
    public string? Format { get; init; }

    /// <summary>What is remembered as its source, where the image is the request's body.</summary>
    public string? Source { get; init; }
}
