using Aetherscale.Files;
using Aetherscale.Processes;

namespace Aetherscale.Systemd;

/// <summary>The lingering of the daemon's own user (loginctl(1)), as logind's files tell it.</summary>
/// <param name="User">The user's name.</param>
/// <param name="UserId">The user's number.</param>
/// <param name="Processes">Starts loginctl.</param>
internal sealed record Linger(string User, uint UserId, ProcessRunner Processes)
{
    private const string Loginctl = "/usr/bin/loginctl";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Where an empty file stands for each user who lingers.</summary>
    public string LingerFolder { get; init; } = "/var/lib/systemd/linger";

    /// <summary>Where logind keeps a file for each user whom it looks after.</summary>
    public string UsersFolder { get; init; } = "/run/systemd/users";

    /// <summary>The one command that turns it on.</summary>
    public string Command => $"loginctl enable-linger {User}";

    /// <summary>How it stands now. No program is started for it.</summary>
    public LingerState Look() =>
        FileStatus.Of($"{LingerFolder}/{User}") is not null ? LingerState.On
        : FileStatus.Of($"{UsersFolder}/{UserId}") is not null ? LingerState.Off
        : LingerState.Unmanaged;

    /// <summary>Has logind turn it on, if it lets this user.</summary>
    /// <returns>Null when it is on, else what loginctl said.</returns>
    public async Task<string?> EnableAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await using var loginctl = Processes.Start(Loginctl, ["enable-linger", "--no-ask-password", User], notice: "\n");
            var (code, words) = await loginctl.WaitAsync(either.Token);
            return code == 0 ? null : words.Length > 0 ? words : $"loginctl ended with {code}";
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return $"{Loginctl}: {error.Message}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"loginctl did not answer within {s_patience.TotalSeconds} s";
        }
    }
}
