using System.Globalization;
using Aetherscale.Contract.Commands;
using Aetherscale.Files;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether there is room to write: bytes and files, for what is kept and for the sockets of what runs.</summary>
internal sealed class RoomCheckup(string dataFolder, string runtimeFolder) : ICheckup
{
    private const ulong Mib = 1 << 20;
    private const ulong Gib = 1 << 30;

    /// <summary>A VM needs about ten.</summary>
    private const ulong FewInodes = 1000;

    public string Name => "room";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DoctorFinding>>(
        [
            Judge(dataFolder, FileSystemRoom.Of(dataFolder), little: 2 * Gib, tooLittle: 256 * Mib),
            Judge(runtimeFolder, FileSystemRoom.Of(runtimeFolder), little: 16 * Mib, tooLittle: Mib),
        ]);

    /// <summary>What to say of a folder's room.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="room">What there is.</param>
    /// <param name="little">Bytes from which all is well.</param>
    /// <param name="tooLittle">Bytes below which commands are about to fail.</param>
    internal DoctorFinding Judge(string folder, FileSystemRoom room, ulong little, ulong tooLittle)
    {
        var found = $"{folder}: {Bytes(room.FreeBytes)} of {Bytes(room.TotalBytes)} free"
            + (room.FreeInodes is { } files ? string.Create(CultureInfo.InvariantCulture, $", {files} files more") : "");
        var mend = $"df -h {folder}; df -i {folder}";
        return room.FreeBytes < tooLittle || room.FreeInodes < FewInodes / 10 ? Finding.Fail(Name, found, mend)
            : room.FreeBytes < little || room.FreeInodes < FewInodes ? Finding.Warning(Name, found, mend)
            : Finding.Ok(Name, found);
    }

    private static string Bytes(ulong bytes) => bytes >= Gib
        ? string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / Gib:0.0} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / Mib} MiB");
}
