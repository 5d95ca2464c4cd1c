using Aetherscale.Systemd;

namespace Aetherscale.Commands;

/// <summary>What a requester who starts a VM is to know of the user's lingering: without it the VM ends with the last login.</summary>
/// <param name="linger">Null in system mode, where nothing lingers.</param>
/// <param name="time">For the wait for logind.</param>
internal sealed class LingerAdvice(Linger? linger, TimeProvider time)
{
    /// <summary>The hint; null when there is nothing to say.</summary>
    public string? Hint() => linger?.Look() == LingerState.Off
        ? $"User \"{linger.User}\" does not linger: VMs end at the last logout and do not start at boot. Change that with: {linger.Command}"
        : null;

    /// <summary>The same after an attempt to turn it on, if that is asked for.</summary>
    public async Task<string?> HintAsync(bool enable, CancellationToken cancellationToken)
    {
        if (linger is null || !enable || linger.Look() == LingerState.On)
        {
            return Hint();
        }

        if (linger.Look() == LingerState.Unmanaged)
        {
            return $"No logind looks after user \"{linger.User}\" here, so there is no lingering to enable: "
                + "VMs start at boot when whoever started this user's systemd does so then";
        }

        return await linger.EnableAsync(time, cancellationToken) is { } failure
            ? $"Lingering could not be enabled: {Quoted.Plain(failure)}. As an administrator: {linger.Command}"
            : null;
    }

    /// <summary>Adds it to another hint.</summary>
    public string? After(string? hint) => (hint, Hint()) switch
    {
        (null, var own) => own,
        (_, null) => hint,
        var (first, second) => $"{first}. {second}",
    };
}
