# What differs between clusters: the one file to edit. KINDRED_SITE=FILE reads a copy of it instead.
# shellcheck shell=bash disable=SC2034
site_partition=         # sbatch --partition; empty: the cluster's default
site_gpu_partition=     # the same for training on GPUs; empty: as above
site_account=           # sbatch --account
site_gpu_type=          # as in --gpus-per-node=TYPE:N; empty: any
site_gpu_binding=task   # task: a rank sees its own GPU alone; node: all GPUs of its node, and takes one in turn
site_gpus_per_node=4    # with the binding "node"
site_cpus_per_gpu=4     # cores of a rank that has a GPU
site_gpu_memory=16384   # MiB of the node's memory for such a rank
site_max_tasks=64       # ranks of one job at most
site_max_minutes=240    # longest time limit of one job; longer work is requeued until it is done
site_aim_minutes=60     # as many ranks as finish the training in about this time
site_compare_minutes=60 # time limit of the comparison, which is requeued too
site_compare_memory=4096 # MiB a rank of the comparison; half of it holds features
site_report_memory=8192  # MiB of the report, one process
site_options=()         # more options of every sbatch: (--qos=long --mail-type=FAIL --hint=nomultithread)
site_launcher=(srun)    # what starts ranks in a job: (srun --mpi=pmix), (mpirun)

# Makes MPI and the libraries that Kindred was built with known, when submitting and in every job.
site_environment() {
  :  # module load gcc openmpi hdf5
}
