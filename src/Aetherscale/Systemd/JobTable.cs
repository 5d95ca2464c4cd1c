using System.Collections.Frozen;
using Aetherscale.Systemd.Bus;

namespace Aetherscale.Systemd;

/// <summary>The jobs that systemd has accepted from us and not yet ended, by object path. Used on the bus thread only.</summary>
internal sealed class JobTable
{
    private const int EarlyResultsKept = 1024;

    // systemd merges equal jobs, so several calls may wait for one.
    private readonly Dictionary<string, List<JobCall>> _jobs = [];

    // The end of a job may overtake the reply that names it.
    private readonly Dictionary<string, JobResult> _early = [];
    private readonly Queue<string> _earlyOrder = [];

    private static readonly FrozenSet<string> s_settleProperties = FrozenSet.Create("Job", "ActiveState");

    /// <summary>systemd has queued the job.</summary>
    public void Accepted(string path, JobCall call)
    {
        if (_early.TryGetValue(path, out var result))
        {
            call.End(result);
        }
        else if (_jobs.TryGetValue(path, out var calls))
        {
            calls.Add(call);
        }
        else
        {
            _jobs.Add(path, [call]);
        }
    }

    /// <summary>Takes a <c>JobRemoved</c> signal.</summary>
    public void Removed(BusMessage signal)
    {
        signal.Skip("u");
        var path = signal.ReadObjectPath();
        signal.Skip("s");
        var result = SystemdWord.Parse<JobResult>(signal.ReadString());
        if (_jobs.Remove(path, out var calls))
        {
            calls.ForEach(call => call.End(result));
        }
        else if (_early.TryAdd(path, result))
        {
            _earlyOrder.Enqueue(path);
            if (_earlyOrder.Count > EarlyResultsKept)
            {
                _early.Remove(_earlyOrder.Dequeue());
            }
        }
    }

    /// <summary>
    /// After a lost connection: asks for each job whether it is still queued. One that is goes on waiting, one that is
    /// not ends by its unit's state.
    /// </summary>
    public void Settle(BusThread bus)
    {
        // A new manager counts its jobs from 1 again.
        _early.Clear();
        _earlyOrder.Clear();
        foreach (var (path, calls) in _jobs.ToList())
        {
            foreach (var call in calls.ToList())
            {
                bus.Post(new SettleCall(this, path, call));
            }
        }
    }

    /// <summary>Fails whoever still waits. Only once the bus thread has ended.</summary>
    public void FailAll(Exception error)
    {
        foreach (var call in _jobs.Values.SelectMany(calls => calls))
        {
            call.Fail(error);
        }
    }

    private void Forget(string path, JobCall call)
    {
        if (_jobs.TryGetValue(path, out var calls) && calls.Remove(call) && calls.Count == 0)
        {
            _jobs.Remove(path);
        }
    }

    private sealed class SettleCall : BusCall
    {
        private readonly JobTable _jobs;
        private readonly string _path;
        private readonly JobCall _job;

        public SettleCall(JobTable jobs, string path, JobCall job)
            : base(UnitPath.Of(job.Unit), Properties, "GetAll")
        {
            _jobs = jobs;
            _path = path;
            _job = job;
            Subject = job.Unit;
            Write = static message => message.AppendString("org.freedesktop.systemd1.Unit");
        }

        public override bool IsSettled => _job.IsSettled;

        public override void Complete(BusMessage reply)
        {
            var unit = PropertyBag.Read(reply, s_settleProperties);
            if (unit.Text("Job") != _path)
            {
                _jobs.Forget(_path, _job);
                _job.EndByState(SystemdWord.Parse<UnitActiveState>(unit.Text("ActiveState")));
            }
        }

        public override void Fail(Exception error)
        {
            _jobs.Forget(_path, _job);
            _job.Fail(error);
        }
    }
}
