namespace Aetherscale.Commands.Hosts;

/// <summary>The images of the fleet's other hosts.</summary>
/// <param name="FindAsync">Asks all hosts for an image of that name.</param>
/// <param name="OpenAsync">Has a host send the content; its bytes end with it, or break off.</param>
internal sealed record ImagesElsewhere(
    Func<string, CancellationToken, Task<FoundImages>> FindAsync, Func<ImageElsewhere, CancellationToken, Task<IConnectedClient>> OpenAsync);

/// <summary>What hosts said when they were asked for an image.</summary>
/// <param name="Images">One of each host that has it.</param>
/// <param name="Unanswered">The hosts that did not answer.</param>
internal sealed record FoundImages(IReadOnlyList<ImageElsewhere> Images, IReadOnlyList<string> Unanswered);

/// <summary>An image that another host has.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Digest"><c>sha256:</c> and the SHA-256 of the file.</param>
/// <param name="Size">Bytes of the file.</param>
/// <param name="Firmware">What its disks boot by, where that is known there.</param>
internal sealed record ImageElsewhere(string Host, string Digest, long? Size, string? Firmware);
