using TorchSharp.Modules;

namespace TorchSharp;

// Walking the tree of components.
public static partial class torch
{
    public static partial class nn
    {
        public abstract partial class Module
        {
            public virtual IEnumerable<(string name, Module module)> named_children()
            {
                foreach (string key in _moduleOrder.ToArray())
                {
                    yield return (key, _modules[key]);
                }
            }

            public virtual IEnumerable<Module> children() => named_children().Select(child => child.module);

            /// <summary>Every module below this one with its dotted path, this one not included.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach ((string key, Module child) in named_children())
                {
                    yield return (key, child);
                    foreach ((string below, Module module) in child.named_modules())
                    {
                        yield return ($"{key}.{below}", module);
                    }
                }
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(item => item.module);

            /// <summary>Each parameter once, under the first path it is reached by.</summary>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                HashSet<Parameter> seen = new(ReferenceEqualityComparer.Instance);
                foreach ((string key, Parameter parameter) in AllParameters(recurse))
                {
                    if (seen.Add(parameter))
                    {
                        yield return (key, parameter);
                    }
                }
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(item => item.parameter);

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                foreach ((string key, Tensor buffer, bool persistent) in _buffers)
                {
                    if (persistent || include_nonpersistent)
                    {
                        yield return (key, buffer);
                    }
                }
                if (!recurse)
                {
                    yield break;
                }
                foreach ((string path, Module child) in named_children())
                {
                    foreach ((string key, Tensor buffer) in child.named_buffers(true, include_nonpersistent))
                    {
                        yield return ($"{path}.{key}", buffer);
                    }
                }
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(item => item.buffer);

            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            public virtual Parameter? get_parameter(string target) =>
                AllParameters(true).Where(item => item.Name == target).Select(item => item.Parameter).FirstOrDefault();

            public virtual Tensor? get_buffer(string target) =>
                named_buffers().Where(item => item.name == target).Select(item => item.buffer).FirstOrDefault();

            private IEnumerable<(string Name, Parameter Parameter)> AllParameters(bool recurse)
            {
                foreach ((string key, Parameter parameter) in _ownParameters)
                {
                    yield return (key, parameter);
                }
                if (!recurse)
                {
                    yield break;
                }
                foreach ((string path, Module child) in named_children())
                {
                    foreach ((string key, Parameter parameter) in child.AllParameters(true))
                    {
                        yield return ($"{path}.{key}", parameter);
                    }
                }
            }
        }
    }
}
