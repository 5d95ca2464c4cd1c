using Aetherscale.Commands.Checkups;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Commands;

/// <summary><c>doctor</c>: looks at all that VMs need of their host, and says what is wrong and what mends it.</summary>
internal sealed class Doctor(IReadOnlyList<ICheckup> checkups, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public async Task<DoctorResponse> RunAsync(CancellationToken cancellationToken)
    {
        var findings = await Task.WhenAll(checkups.Select(checkup => Task.Run(() => LookAsync(checkup, cancellationToken), cancellationToken)));
        var all = findings.SelectMany(some => some).ToList();
        return new DoctorResponse { Status = Finding.Gravest(all), Findings = all };
    }

    /// <summary>What one of them fails by is a finding, too: the others are told all the same.</summary>
    private async Task<IReadOnlyList<DoctorFinding>> LookAsync(ICheckup checkup, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(s_patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await checkup.LookAsync(both.Token).WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [Finding.Fail(checkup.Name, $"no answer within {s_patience.TotalSeconds} s")];
        }
        catch (Exception error) when (error is AetherscaleException or IOException or UnauthorizedAccessException)
        {
            return [Finding.Fail(checkup.Name, error.Message)];
        }
    }
}
