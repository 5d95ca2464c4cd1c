using Aetherscale.Contract.Commands;

namespace Aetherscale.Commands.Checkups;

/// <summary>One thing that <c>doctor</c> looks at. It changes nothing.</summary>
internal interface ICheckup
{
    /// <summary>Its findings' name, for when it comes to none.</summary>
    public string Name { get; }

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken);
}
