namespace Aetherscale.VirtualMachines;

/// <summary>
/// Whether one QEMU answers. It is asked only when somebody wants to know and it has said nothing for a while, and never twice at
/// once: a frozen one costs who asks first a moment, and the others nothing.
/// </summary>
/// <param name="greeted">Done when it has spoken for the first time.</param>
/// <param name="time">Measures silence.</param>
internal sealed class VmPulse(Task greeted, TimeProvider time)
{
    private static readonly TimeSpan s_lately = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task _answer = greeted;
    private long _asked = time.GetTimestamp();
    private long _heard;

    /// <summary>Whether it owes an answer.</summary>
    public bool IsSilent
    {
        get
        {
            lock (_gate)
            {
                return !_answer.IsCompletedSuccessfully;
            }
        }
    }

    /// <summary>It has said something.</summary>
    public void Beat() => Volatile.Write(ref _heard, time.GetTimestamp());

    /// <summary>What is to be waited for to know whether it answers; done when that is known, or not worth another wait.</summary>
    /// <param name="ask">Asks it something, and fails when there is no answer.</param>
    /// <param name="patience">How long anybody waits for it.</param>
    public Task Check(Func<Task> ask, TimeSpan patience)
    {
        lock (_gate)
        {
            if (_answer.IsCompleted && !(_answer.IsCompletedSuccessfully && time.GetElapsedTime(Volatile.Read(ref _heard)) < s_lately))
            {
                _asked = time.GetTimestamp();
                _answer = ask();
            }

            return _answer.IsCompleted || time.GetElapsedTime(_asked) >= patience ? Task.CompletedTask : _answer;
        }
    }
}
