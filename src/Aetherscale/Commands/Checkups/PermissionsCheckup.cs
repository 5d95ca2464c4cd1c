using Aetherscale.Contract.Commands;
using Aetherscale.Files;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether only the owner can change what decides about VMs.</summary>
/// <param name="folders">The folders; one that is not there cannot be wrong.</param>
/// <param name="userId">The owner.</param>
internal sealed class PermissionsCheckup(IReadOnlyList<string> folders, uint userId) : ICheckup
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    public string Name => "permissions";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var wrong = folders.Select(Judge).OfType<DoctorFinding>().ToList();
        return Task.FromResult<IReadOnlyList<DoctorFinding>>(
            wrong.Count > 0 ? wrong : [Finding.Ok(Name, "only you can change what is in the state, unit and runtime folders")]);
    }

    private DoctorFinding? Judge(string folder)
    {
        // The folder may be a link to a larger disk; what counts is where it leads.
        if (FileStatus.Of(folder) is { Kind: FileKind.SymbolicLink } && new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName is { } target)
        {
            folder = target;
        }

        return FileStatus.Of(folder) switch
        {
            null => null,
            { UserId: var owner } when owner != userId => Finding.Fail(
                Name, $"{folder} belongs to another user (uid {owner})", $"sudo chown -R {userId} {folder}"),
            { Permissions: var mode } when (mode & WritableByOthers) != 0 =>
                Finding.Fail(Name, $"{folder} can be written by others, who could lead the daemon astray", $"chmod go-w {folder}"),
            _ => null,
        };
    }
}
